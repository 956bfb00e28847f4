/* LT_OWN: a variable of ours. Without it the compiler takes each extern for one that may lie in
 * another object, and reads its address before it reads the variable. */
#ifndef LT_OWN_H
#define LT_OWN_H

#define LT_OWN __attribute__((visibility("hidden")))

#endif
