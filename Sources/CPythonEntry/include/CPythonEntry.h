// A program that links this can turn into a CPython interpreter, with no python3 program on the machine, or into a
// service of its own: a part of the program that needs a process for itself.
//
// Swift cannot say this: it has no code that runs before main with the program's arguments. The turn has to come that
// early, since CPython starts its own helpers (spawned workers, fork server, resource tracker) by running
// `sys.executable` with arguments that only an interpreter understands, and because a test bundle's main is not ours.
//
// It happens only where the environment says so, by CPYTHON_ENTRY_LIBRARY or CPYTHON_ENTRY_SERVICE, and it stays with
// libc until then.
#ifndef CPYTHON_ENTRY_H
#define CPYTHON_ENTRY_H

// The path of a libpython: its presence in the environment is the mark.
#define CPYTHON_ENTRY_LIBRARY "SCENARIOS_PYTHON_LIBRARY"

// "host" runs the Swift function cpython_host_main instead of Python's own main. Removed before anything else runs, so
// that children of the host are interpreters.
#define CPYTHON_ENTRY_MODE "SCENARIOS_PYTHON_MODE"

// Runs the Swift function scenarios_service_main with the variable's value. Removed before anything else runs.
#define CPYTHON_ENTRY_SERVICE "SCENARIOS_SERVICE"

// The exit status when the library cannot be loaded; a sentence is on standard error.
#define CPYTHON_ENTRY_FAILED 121

// Whether the entry is part of this program. Calling it keeps this file when archives are linked.
int cpython_entry_is_linked(void);

#endif
