"""steps.py GITHUB GITLAB DIR: looks at the workflows, and writes each script of a step to a file in DIR."""
import os
import sys

import yaml

github, gitlab, where = sys.argv[1:]
os.mkdir(where)
with open(github) as f:
    workflow = yaml.safe_load(f)
# `on` is a boolean for YAML 1.1, and a word for GitHub.
assert set(workflow) == {"name", True, "permissions", "env", "jobs"}, sorted(map(str, workflow))
for job_name, job in workflow["jobs"].items():
    assert set(job) <= {"if", "runs-on", "permissions", "steps"}, job_name
    for number, step in enumerate(job["steps"]):
        assert ("run" in step) != ("uses" in step), (job_name, step)
        assert set(step) <= {"name", "run", "uses", "with", "if", "env"}, (job_name, step)
        assert "@" in step.get("uses", "@"), step
        if "run" in step:
            assert "${{" not in step["run"], "what others write is no part of a script"
            with open(f"{where}/{job_name}-{number}", "w") as f:
                f.write(step["run"])
with open(gitlab) as f:
    jobs = yaml.safe_load(f)
for name, job in jobs.items():
    with open(f"{where}/gitlab-{name}", "w") as f:
        f.write("\n".join(job["script"]) + "\n")
