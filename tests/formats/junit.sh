# JUnit XML: xmllint with Jenkins' schema, and what an XML parser reads.
valid_junit()
{
	timeout 60 xmllint --nonet --noout --schema "$schemas/jenkins-junit.xsd" "$1"
}
junit_by_schema()
{
	command -v xmllint >/dev/null || tap_skip "xmllint is not installed"
	valid_junit hostile.junit && valid_junit passed.junit && valid_junit unknown.junit &&
		broken hostile.junit 's/<testcase classname=/<testcase class=/' valid_junit &&
		broken hostile.junit 's/]]&gt;/]]>/' valid_junit &&
		broken hostile.junit 's/&lt;script/<script/' valid_junit &&
		broken hostile.junit 's/<properties>/<settings>/; s/<\/properties>/<\/settings>/' valid_junit &&
		broken hostile.junit 's/parse_hdr/parse\x01hdr/' valid_junit
}
tap_case "JUnit: xmllint with Jenkins' schema" junit_by_schema
junit_read()
{
	python junit.py hostile.junit && broken hostile.junit '0,/<failure/s//<skipped/' python junit.py &&
		broken hostile.junit 's/failures="18"/failures="17"/' python junit.py
}
tap_case "JUnit: what is read out of it" junit_read
