"""`triclave custody` and custodians that run."""

import town as t


def entry(served, key_file):
    """One daemon in a policy's registry."""
    where = f'endpoint: "127.0.0.1:{served.port}" tls_ca: "{served.authority.folder / "ca.crt"}" log_key: "{served.log_key}"'
    return (
        f'recipients {{ name: "{served.name}" role: CUSTODIAN operator: "{served.name}" key_file: "{key_file}" {where} '
        'country { value: "FR" illustrative: true } owner_country { value: "FR" illustrative: true } }\n'
    )


def test_status_asks_all_and_tells_what_may_still_fail(town, custodian, authority):
    served = [custodian(name).start() for name in ("outscale", "ovh", "orange")]
    keys = [each.create_key(town.folder / "keys/hospital.pub", t.DATASET, town.folder / f"{each.name}.pub") for each in served]
    registry = [t.recipient("owner", "OWNER", operator="hospital")] + [entry(each, f"{each.name}.pub") for each in served]
    town.write_policy("policy", "all(owner, 2 of (outscale, ovh, orange))", registry)
    certificate, key = authority.client()

    def status():
        return town.json("custody", "status", "--policy", "policy", "--tls-cert", certificate, "--tls-key", key)

    told = status()
    assert [(each["name"], each["answers"], each["key"]) for each in told["custodians"]] == [
        ("outscale", True, "lives"), ("ovh", True, "lives"), ("orange", True, "lives"),
    ]  # fmt: skip
    assert all(each["log_size"] >= 1 for each in told["custodians"])
    assert told["compartments"] == [{"name": "clinical", "opens": True, "custodians_to_lose": 1}]

    served[0].ok("key destroy", keys[0], unlock=True)
    told = status()
    assert told["custodians"][0]["key"] == "destroyed" and told["custodians"][0]["answers"]
    assert told["compartments"][0] == {"name": "clinical", "opens": True, "custodians_to_lose": 0}

    served[1].stop()
    told = status()
    assert not told["custodians"][1]["answers"] and told["custodians"][1]["key"] == "unknown"
    assert told["compartments"][0] == {"name": "clinical", "opens": False, "custodians_to_lose": 0}
    said = town.ok("custody", "status", "--policy", "policy", "--tls-cert", certificate, "--tls-key", key).decode()
    assert "DOES NOT OPEN" in said and "is destroyed" in said and "does not answer" in said


def test_a_log_signed_by_another_key_does_not_count_as_an_answer(town, custodian, authority):
    served, other = custodian("ovh").start(), custodian("orange")
    served.create_key(town.folder / "keys/hospital.pub", t.DATASET, town.folder / "ovh.pub")
    served.log_key = other.log_key
    town.write_policy("policy", "all(owner, ovh)", [t.recipient("owner", "OWNER", operator="hospital"), entry(served, "ovh.pub")])
    certificate, key = authority.client()
    told = town.json("custody", "status", "--policy", "policy", "--tls-cert", certificate, "--tls-key", key)
    assert not told["custodians"][0]["answers"] and not told["compartments"][0]["opens"]
