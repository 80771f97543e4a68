// What is read comes back byte for byte, or the difference is told.
#include "csv_files.h"

namespace triclave {
namespace {

using testing::round_trip;
using testing::types_of;

TEST(RoundTrip, HospitalExport) {
  const std::string text =
      "NIR;Nom;Date;CCAM;CIM10;Poids;DMS;Note\r\n"
      "076017500123456;H\xe9l\xe8ne D'Arc;03/04/2021;HBQK002;C50.9;61,5;12,50;\"lit 3\r\nchambre 4\"\r\n"
      "285057800608436;Andr\xe9;29/02/2020;0042;0;70;7,25;\"\"\r\n";
  const auto trip = round_trip(text);
  ASSERT_TRUE(trip) << trip.error().message;
  EXPECT_EQ(to_text(trip->dialect),
            "delimiter=; encoding=latin1 line-end=crlf decimal=, header=plain final-line-end=yes bom=no null=");
  EXPECT_EQ(types_of(*trip),
            "NIR text, Nom text, Date text, CCAM text, CIM10 text, Poids float64, DMS decimal(4,2), Note text");
  EXPECT_FALSE(trip->difference);
  EXPECT_EQ(trip->written, text);
}

}  // namespace
}  // namespace triclave
