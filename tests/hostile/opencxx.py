"""Opens a C++ library; see opencxx.c."""
import ctypes
import sys

library = ctypes.CDLL(sys.argv[1])
print(library.cxx_work(50))
print(library.cxx_fail(ctypes.c_size_t(1 << 46)), library.cxx_fail(ctypes.c_size_t(10)))
