/* Shell's sort, in place and without recursion: what is sorted in a copy of a process, or in the
 * process where there is no copy, has no other room. */
#ifndef LT_SORT_H
#define LT_SORT_H

#include <stdint.h>

/* Puts the n elements of an array in order of their `start`. */
#define LT_SORT_BY_START(array, n)                                                                 \
	do {                                                                                       \
		__typeof__(*(array)) *x_ = (array);                                                \
		uint32_t n_ = (n), s_ = n_ / 2;                                                    \
		for (; s_; s_ = s_ > 2 ? s_ * 5 / 11 : s_ - 1)                                     \
			for (uint32_t i_ = s_; i_ < n_; i_++) {                                    \
				__typeof__(*x_) one_ = x_[i_];                                     \
				uint32_t k_ = i_;                                                  \
				for (; k_ >= s_ && x_[k_ - s_].start > one_.start; k_ -= s_)       \
					x_[k_] = x_[k_ - s_];                                      \
				x_[k_] = one_;                                                     \
			}                                                                          \
	} while (0)

#endif
