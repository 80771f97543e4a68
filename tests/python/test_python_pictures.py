"""What notebooks show of a policy: complete, well-formed, and only text where a policy file is hostile."""

import pathlib
import xml.etree.ElementTree as ElementTree

import triclave
from triclave.picture import COMPELLED, OPENS, REFUSED


def parsed(page):
    """As strict XML: nothing that a name holds can open or close an element."""
    return ElementTree.fromstring(page)


def dots(svg, colour):
    """Rows of the dots of each column of a colour."""
    columns = [[round(float(dot.get("cy"))) for dot in column.findall("{*}circle") if dot.get("fill") == colour] for column in svg.findall("{*}g")]
    return [each for each in columns if each]


def test_a_policy_shows_who_can_open_what(town):
    page = parsed(town.policy._repr_html_())
    identifiers, clinical = page.findall(".//{*}svg")
    hospital, outscale, ovhcloud, orange = sorted({row for each in dots(identifiers, OPENS) for row in each})
    assert dots(identifiers, OPENS) == [[hospital, outscale, ovhcloud], [hospital, outscale, orange], [hospital, ovhcloud, orange]]
    assert [len(each) for each in dots(clinical, OPENS)] == [2, 2, 2]
    assert dots(identifiers, REFUSED) == [[hospital, outscale, ovhcloud, orange]]  # France can compel all of them
    assert dots(identifiers, COMPELLED) == [[ovhcloud]]  # the United States one, who cannot open it alone
    told = "".join(page.itertext())
    assert "any 2 of (outscale, ovhcloud, orange)" in told and "Sealing is allowed." in told
    assert town.policy.explain()._repr_html_() == town.policy._repr_html_()


def test_repr_names_compartments_and_who_opens_them(town):
    told = repr(town.policy.explain())
    assert told.startswith("<triclave.Explanation of cohort at 2") and "identifiers opens with hospital together with any 2 of" in told
    assert "may not be sealed" not in told


def test_a_hostile_policy_is_text(town, tmp_path):
    text = (pathlib.Path(triclave.__file__).parent / "policies" / "cohort.textproto").read_text()
    hostile = "</text><script>alert(1)</script>\\\"' onload=x \u202e&lt; and more"
    policy = triclave.Policy.parse(text.replace('operator: "OVHcloud"', f'operator: "{hostile}"'), tmp_path)
    page = policy._repr_html_()
    names = {each.tag.rsplit("}")[-1] for each in parsed(page).iter()}
    assert names == {"div", "b", "svg", "g", "title", "text", "rect", "circle", "line", "span"}
    assert "<script" not in page and "\u202e" not in page and "&lt;script&gt;" in page
    assert "Sealing is refused: " in page and "key file of" in page  # this folder has no keys
    assert "may not be sealed" in repr(policy.explain())
