// The few C lines that Swift cannot say. Every symbol starts with mp_; a function that makes a system call returns what
// the call returned, or the negated errno where it says so, so that the mapping of errors stays in Swift.
#ifndef CMULTIPROCESSING_H
#define CMULTIPROCESSING_H

#include "mp_platform.h"
#include "mp_atomic.h"
#include "mp_futex.h"
#include "mp_thread.h"
#include "mp_process.h"
#include "mp_stamp.h"
#include "mp_message.h"
#include "mp_output.h"

#include "mp_capture.h"

#endif
