# SARIF: the public schema, and what a reader relies on beyond it.
valid_sarif()
{
	python sarif.py "$schemas/sarif-2.1.0-rtm.5.json" "$1"
}
sarif_by_schema()
{
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || tap_skip "python3-jsonschema is not installed"
	valid_sarif hostile.sarif && valid_sarif passed.sarif && valid_sarif unknown.sarif &&
		broken hostile.sarif 's/"startLine": 10/"startLine": "10"/; s/"startLine": 11/"startLine": 0/' valid_sarif &&
		broken hostile.sarif 's/"kind": "fail"/"kind": "failed"/' valid_sarif &&
		broken hostile.sarif 's/"ruleIndex": 3/"ruleIndex": 30/' valid_sarif &&
		broken hostile.sarif 's/%3A%3A/::/' valid_sarif &&
		broken hostile.sarif 's/{{/{/' valid_sarif &&
		broken passed.sarif 's/"driver"/"drivers"/' valid_sarif
}
tap_case "SARIF: the schema of SARIF 2.1.0" sarif_by_schema
