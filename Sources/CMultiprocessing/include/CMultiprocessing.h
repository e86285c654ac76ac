// The few C lines that Swift cannot say. Every symbol starts with mp_; every function returns what the system call
// returned, with errno untouched, so that the mapping of errors stays in Swift.
#ifndef CMULTIPROCESSING_H
#define CMULTIPROCESSING_H

#include "mp_platform.h"

#endif
