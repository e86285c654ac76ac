#include "CPythonEntry.h"

#include <stdio.h>

// The interpreter of a CPython as a program of nothing else.
//
// Any program with this entry can be an interpreter, but `scenarios` brings more libraries along into every process of a twin:
// a start takes it 12.5 ms of processor time and this program 10. The entry does all the work, before this function.
int main(void) {
  fputs("This program is the interpreter that the other programs of this package start; it does nothing by itself.\n", stderr);
  return cpython_entry_is_linked() ? CPYTHON_ENTRY_FAILED : 1;
}
