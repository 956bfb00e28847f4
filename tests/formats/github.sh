# Workflow commands: no program of Debian reads them, so a reader stands in github.py, written from GitHub's description.
github_read()
{
	python github.py hostile.github 19 && python github.py passed.github 0 && python github.py unknown.github 1 &&
		broken hostile.github 's/%0A/\n/' github_hostile && broken hostile.github 's/%3A/:/' github_hostile &&
		broken hostile.github 's/%2C/,/' github_hostile && broken hostile.github 's/%25/%/' github_hostile &&
		broken hostile.github 's/^::error file=src/::error file=\/src/' github_hostile
}
github_hostile()
{
	python github.py "$1" 19
}
tap_case "GitHub: workflow commands" github_read
