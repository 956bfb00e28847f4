/* Names as they are part of a site's identity: the same in every build of the same sources. */
#include <string.h>
#include "tools/util/text.h"
#include "tools/view/measure_parts.h"

/* What gcc, clang and their linkers put behind the name of a function that they have split, cloned
 * or made visible. A number may follow. */
static const char *const suffixes[] = {".cold", ".part", ".isra", ".constprop", ".lto_priv",
	".localalias", ".ipcp", ".specialized", ".simdclone", ".llvm", ".__uniq", ".ltrans",
	".localized", ".warm"};

/* Bytes of name[0..n) less ".123" at its end; n where there is none. */
static size_t without_number(const char *name, size_t n)
{
	size_t i = n;
	while (i > 0 && name[i - 1] >= '0' && name[i - 1] <= '9')
		i--;
	return i < n && i > 1 && name[i - 1] == '.' ? i - 1 : n;
}

static size_t without_suffix(const char *name, size_t n)
{
	size_t end = without_number(name, n);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		size_t len = strlen(suffixes[i]);
		if (end > len && memcmp(name + end - len, suffixes[i], len) == 0)
			return end - len;
	}
	return n;
}

/* The demangler says "f(int) [clone .part.0] [clone .cold]". */
static size_t without_clone(const char *name, size_t n)
{
	static const char clone[] = " [clone ";
	const size_t len = sizeof(clone) - 1;
	if (n < len || name[n - 1] != ']')
		return n;
	for (size_t i = n - len; i > 0; i--)
		if (memcmp(name + i, clone, len) == 0)
			return i;
	return n;
}

/* rustc puts a hash of the crate and of itself behind a name: "::h" and sixteen digits. */
static size_t without_hash(const char *name, size_t n)
{
	enum { DIGITS = 16, HASH = DIGITS + 3 };
	if (n <= HASH || memcmp(name + n - HASH, "::h", 3) != 0)
		return n;
	return strspn(name + n - DIGITS, "0123456789abcdef") >= DIGITS ? n - HASH : n;
}

size_t lr_measure_function_length(const char *name)
{
	size_t n = strlen(name), before;
	do {
		before = n;
		n = without_clone(name, n);
		n = without_suffix(name, n);
		n = without_hash(name, n);
	} while (n < before);
	/* gcc numbers functions within functions, which C has no other dot for. */
	before = without_number(name, n);
	return memchr(name, '.', before) ? n : before;
}

const char *lr_measure_module_name(const char *path, size_t *n)
{
	const char *name = lr_base_name(path), *so;
	size_t dir = (size_t)(name - path);
	/* libtool's relinked programs */
	if (dir >= 7 && memcmp(name - 7, "/.libs/", 7) == 0 && strncmp(name, "lt-", 3) == 0)
		name += 3;
	*n = strlen(name);
	so = strstr(name, ".so.");
	if (so) {
		size_t version = strspn(so + 4, "0123456789");
		if (version && so[4 + version] == '.')
			*n = (size_t)(so - name) + 4 + version;
	}
	return name;
}
