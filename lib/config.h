/* Settings of the traced process, read once from its environment. */
#ifndef LT_CONFIG_H
#define LT_CONFIG_H

#include <stdint.h>
#include "lib/own.h"

enum lt_free_stacks { LT_FREE_STACKS_NONE, LT_FREE_STACKS_SAMPLED, LT_FREE_STACKS_ALL };
enum lt_unwind_mode { LT_UNWIND_MEMO, LT_UNWIND_PLAIN, LT_UNWIND_VERIFY };
enum lt_scan_when { LT_SCAN_NONE, LT_SCAN_EXIT };
enum { LT_CHILDREN_NONE, LT_CHILDREN_FOLLOW };

struct lt_config {
#define LT_SETTING_INT(name, field, low, high, def, text) int64_t field;
#define LT_SETTING_WORD(name, field, words, def, text)    int64_t field;
#define LT_SETTING_TEXT(name, field, def, text)           const char *field;
#include "lib/config.def"
#undef LT_SETTING_INT
#undef LT_SETTING_WORD
#undef LT_SETTING_TEXT
};

extern LT_OWN struct lt_config lt_config;

/* Reads LEAKTRACE_* from envp. A wrong value is said in one line and the default is used. Texts
 * point into envp. */
void lt_config_read(char **envp);

/* True when the setting PROGRAMS (a list as its table row says) wants the program of this path
 * traced. */
int lt_config_wants(const char *list, const char *exe);

/* The value of a variable in envp, or NULL. */
const char *lt_env(char **envp, const char *name);

#endif
