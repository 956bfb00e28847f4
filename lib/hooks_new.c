/* operator new and delete in all their forms.
 *
 * Where the next definition is the standard library's (or there is none yet: a C program may open a
 * C++ library later) new is malloc and delete is free, and that is what is called; only when memory
 * runs out is the standard operator looked up, for its handler and its exception. Any other
 * definition (tcmalloc's, a library's own) is called, and what it does through our malloc is
 * recorded once. */
#include <dlfcn.h>
#include <stdbool.h>
#include "lib/bootstrap.h"
#include "lib/hook.h"

/* Memory ran out: hands the call to the standard operator, which calls malloc again, then the new
 * handler, then throws or returns NULL. */
static void *standard_operator(const char *name, void *known)
{
	static const char *const libraries[] = {"libstdc++.so.6", "libc++.so.1"};
	for (unsigned i = 0; !known && i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		void *lib = dlopen(libraries[i], RTLD_LAZY | RTLD_NOLOAD);
		if (lib)
			known = dlsym(lib, name);
	}
	return known;
}

#define DEFINE_NEW(name, api)                                                                      \
	void *name(size_t size);                                                                   \
	LT_PUBLIC void *name(size_t size)                                                          \
	{                                                                                          \
		void *p;                                                                           \
		if (lt_must_bootstrap())                                                           \
			return lt_bootstrap_alloc(0, size);                                        \
		uint32_t call = lt_call_begin();                                                   \
		p = lt_new_is_malloc ? lt_seen.malloc(size ? size : 1) : lt_real.name(size);       \
		if (!p && lt_new_is_malloc) {                                                      \
			void *(*next)(size_t) = standard_operator(#name, (void *)lt_real.name);    \
			return next ? next(size) : NULL;                                           \
		}                                                                                  \
		LT_RECORD_ALLOC(call, p, size, api);                                               \
		return p;                                                                          \
	}

#define DEFINE_NEW_NOTHROW(name, api)                                                              \
	void *name(size_t size, const void *tag);                                                  \
	LT_PUBLIC void *name(size_t size, const void *tag)                                         \
	{                                                                                          \
		void *p;                                                                           \
		if (lt_must_bootstrap())                                                           \
			return lt_bootstrap_alloc(0, size);                                        \
		uint32_t call = lt_call_begin();                                                   \
		p = lt_new_is_malloc ? lt_seen.malloc(size ? size : 1) : lt_real.name(size, tag);  \
		if (!p && lt_new_is_malloc) {                                                      \
			void *(*next)(size_t, const void *) =                                      \
				standard_operator(#name, (void *)lt_real.name);                    \
			return next ? next(size, tag) : NULL;                                      \
		}                                                                                  \
		LT_RECORD_ALLOC(call, p, size, api);                                               \
		return p;                                                                          \
	}

/* As libstdc++ does: C11 wants the size to be a multiple of the alignment. */
static void *aligned(size_t size, size_t align)
{
	if (size == 0)
		size = 1;
	size_t rounded = (size + align - 1) & ~(align - 1);
	return rounded < size ? NULL : lt_seen.aligned_alloc(align, rounded);
}

#define DEFINE_NEW_ALIGNED(name, api)                                                              \
	void *name(size_t size, size_t align);                                                     \
	LT_PUBLIC void *name(size_t size, size_t align)                                            \
	{                                                                                          \
		void *p;                                                                           \
		if (lt_must_bootstrap())                                                           \
			return lt_bootstrap_alloc(align, size);                                    \
		uint32_t call = lt_call_begin();                                                   \
		p = lt_new_is_malloc ? aligned(size, align) : lt_real.name(size, align);           \
		if (!p && lt_new_is_malloc) {                                                      \
			void *(*next)(size_t, size_t) =                                            \
				standard_operator(#name, (void *)lt_real.name);                    \
			return next ? next(size, align) : NULL;                                    \
		}                                                                                  \
		LT_RECORD_ALLOC(call, p, size, api);                                               \
		return p;                                                                          \
	}

#define DEFINE_NEW_ALIGNED_NOTHROW(name, api)                                                      \
	void *name(size_t size, size_t align, const void *tag);                                    \
	LT_PUBLIC void *name(size_t size, size_t align, const void *tag)                           \
	{                                                                                          \
		void *p;                                                                           \
		if (lt_must_bootstrap())                                                           \
			return lt_bootstrap_alloc(align, size);                                    \
		uint32_t call = lt_call_begin();                                                   \
		p = lt_new_is_malloc ? aligned(size, align) : lt_real.name(size, align, tag);      \
		if (!p && lt_new_is_malloc) {                                                      \
			void *(*next)(size_t, size_t, const void *) =                              \
				standard_operator(#name, (void *)lt_real.name);                    \
			return next ? next(size, align, tag) : NULL;                               \
		}                                                                                  \
		LT_RECORD_ALLOC(call, p, size, api);                                               \
		return p;                                                                          \
	}

DEFINE_NEW(_Znwm, LTF_API_NEW)
DEFINE_NEW(_Znam, LTF_API_NEW_ARRAY)
DEFINE_NEW_NOTHROW(_ZnwmRKSt9nothrow_t, LTF_API_NEW)
DEFINE_NEW_NOTHROW(_ZnamRKSt9nothrow_t, LTF_API_NEW_ARRAY)
DEFINE_NEW_ALIGNED(_ZnwmSt11align_val_t, LTF_API_NEW)
DEFINE_NEW_ALIGNED(_ZnamSt11align_val_t, LTF_API_NEW_ARRAY)
DEFINE_NEW_ALIGNED_NOTHROW(_ZnwmSt11align_val_tRKSt9nothrow_t, LTF_API_NEW)
DEFINE_NEW_ALIGNED_NOTHROW(_ZnamSt11align_val_tRKSt9nothrow_t, LTF_API_NEW_ARRAY)

/* call: the next definition with its arguments. */
#define DEFINE_DELETE(name, api, params, call)                                                     \
	void name params;                                                                          \
	LT_PUBLIC void name params                                                                 \
	{                                                                                          \
		if (!p || lt_bootstrap_owns(p) || lt_mode == LT_MODE_EARLY)                        \
			return;                                                                    \
		uintptr_t outer = lt_release_begin();                                              \
		LT_RECORD_FREE(p, api);                                                            \
		if (lt_new_is_malloc)                                                              \
			lt_seen.free(p);                                                           \
		else                                                                               \
			lt_real.call;                                                              \
		lt_release_end(outer);                                                             \
	}

DEFINE_DELETE(_ZdlPv, LTF_API_NEW, (void *p), _ZdlPv(p))
DEFINE_DELETE(_ZdaPv, LTF_API_NEW_ARRAY, (void *p), _ZdaPv(p))
DEFINE_DELETE(_ZdlPvm, LTF_API_NEW, (void *p, size_t n), _ZdlPvm(p, n))
DEFINE_DELETE(_ZdaPvm, LTF_API_NEW_ARRAY, (void *p, size_t n), _ZdaPvm(p, n))
DEFINE_DELETE(
	_ZdlPvRKSt9nothrow_t, LTF_API_NEW, (void *p, const void *tag), _ZdlPvRKSt9nothrow_t(p, tag))
DEFINE_DELETE(_ZdaPvRKSt9nothrow_t, LTF_API_NEW_ARRAY, (void *p, const void *tag),
	_ZdaPvRKSt9nothrow_t(p, tag))
DEFINE_DELETE(_ZdlPvSt11align_val_t, LTF_API_NEW, (void *p, size_t a), _ZdlPvSt11align_val_t(p, a))
DEFINE_DELETE(
	_ZdaPvSt11align_val_t, LTF_API_NEW_ARRAY, (void *p, size_t a), _ZdaPvSt11align_val_t(p, a))
DEFINE_DELETE(_ZdlPvmSt11align_val_t, LTF_API_NEW, (void *p, size_t n, size_t a),
	_ZdlPvmSt11align_val_t(p, n, a))
DEFINE_DELETE(_ZdaPvmSt11align_val_t, LTF_API_NEW_ARRAY, (void *p, size_t n, size_t a),
	_ZdaPvmSt11align_val_t(p, n, a))
DEFINE_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, LTF_API_NEW,
	(void *p, size_t a, const void *tag), _ZdlPvSt11align_val_tRKSt9nothrow_t(p, a, tag))
DEFINE_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, LTF_API_NEW_ARRAY,
	(void *p, size_t a, const void *tag), _ZdaPvSt11align_val_tRKSt9nothrow_t(p, a, tag))
