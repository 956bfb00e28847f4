#!/usr/bin/python3
"""validate.py SCHEMA FILE...: holds JSON files to the part of JSON Schema (draft-07) that our schema uses.

Needs nothing but python3. A keyword that it does not know is an error, so that the schema cannot say
more than is checked.
"""
import json
import sys

TYPES = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
    "integer": int, "number": (int, float),
}
ANNOTATIONS = {"$schema", "$id", "title", "description", "definitions"}


def has_type(value, name):
    if isinstance(value, bool) and name in ("integer", "number"):
        return False
    return isinstance(value, TYPES[name])


def check(schema, value, root, where, errors):
    if schema is True:
        return
    if schema is False:
        errors.append(f"{where}: not allowed")
        return
    for key, want in schema.items():
        if key in ANNOTATIONS:
            continue
        if key == "$ref":
            target = root
            for part in want.lstrip("#/").split("/"):
                target = target[part]
            check(target, value, root, where, errors)
        elif key == "anyOf":
            tries = [[] for _ in want]
            for sub, found in zip(want, tries):
                check(sub, value, root, where, found)
            if all(tries):
                errors += min(tries, key=len)
        elif key == "type":
            names = [want] if isinstance(want, str) else want
            if not any(has_type(value, n) for n in names):
                errors.append(f"{where}: {value!r} is no {'/'.join(names)}")
        elif key == "const":
            if value != want:
                errors.append(f"{where}: {value!r} is not {want!r}")
        elif key == "enum":
            if value not in want:
                errors.append(f"{where}: {value!r} is none of {want}")
        elif key == "minimum":
            if isinstance(value, (int, float)) and value < want:
                errors.append(f"{where}: {value} is below {want}")
        elif key == "maximum":
            if isinstance(value, (int, float)) and value > want:
                errors.append(f"{where}: {value} is above {want}")
        elif key == "required":
            if isinstance(value, dict):
                errors += [f"{where}: {name} is missing" for name in want if name not in value]
        elif key == "properties":
            if isinstance(value, dict):
                for name, sub in want.items():
                    if name in value:
                        check(sub, value[name], root, f"{where}.{name}", errors)
        elif key == "additionalProperties":
            if isinstance(value, dict):
                for name in value:
                    if name not in schema.get("properties", {}):
                        check(want, value[name], root, f"{where}.{name}", errors)
        elif key == "items":
            if isinstance(value, list):
                for i, item in enumerate(value):
                    check(want, item, root, f"{where}[{i}]", errors)
        else:
            errors.append(f"schema: keyword {key} is not known to validate.py")


def check_sums(report, where, errors):
    """A table that shows all its rows adds up, whatever it is grouped by."""
    table = report.get("table")
    if not table or table["rows_in_all"] != len(table["rows"]):
        return
    for name, total in table["total"].items():
        summed = sum(row[name] for row in table["rows"])
        if summed != total:
            errors.append(f"{where}: the rows' {name} are {summed}, not {total}")


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    errors = []
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as f:
            report = json.load(f)
        check(schema, report, schema, name, errors)
        check_sums(report, name, errors)
    for line in errors[:20]:
        print(line)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
