/* A C program, or an interpreter, that opens a C++ library: operator new has no other definition
 * when the tracer looks for one.
 *
 * @case dlopen_cxx
 * @run t "$prog" "$here/libcxxplug.so"
 * @case dlopen_cxx_python
 * @needs python3 -c "import ctypes"
 * @run PYTHONMALLOC=malloc t "$(python_path)" -S "$sources/opencxx.py" "$here/libcxxplug.so"
 * @may uncertain_stacks|truncated_stacks
 * @counts off
 */
#include <dlfcn.h>
#include "tests/hostile/hostile.h"

int main(int argc, char **argv)
{
	churn(5);
	void *h = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW | RTLD_LOCAL);
	must(h != NULL, "dlopen");
	int (*work)(int);
	int (*fail)(size_t);
	*(void **)&work = dlsym(h, "cxx_work");
	*(void **)&fail = dlsym(h, "cxx_fail");
	say("work: %d\n", work(100));
	say("fail: %d %d\n", fail((size_t)1 << 46), fail(10));
	dlclose(h);
	churn(5);
	return 0;
}
