#define _GNU_SOURCE
#include "CPythonEntry.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

// Defined in Swift; weak, so that a program without it still links.
extern int cpython_host_main(const char *library) __attribute__((weak));
extern int scenarios_service_main(const char *request) __attribute__((weak));

int cpython_entry_is_linked(void) { return 1; }

static void leave(int status) {
  // Not exit(): the program's own main has not run, so its clean-up must not either.
  fflush(NULL);
  _exit(status);
}

static void fail(const char *library, const char *reason) {
  fprintf(stderr, "%s cannot be loaded: %s\n", library, reason ? reason : "no reason given");
  leave(CPYTHON_ENTRY_FAILED);
}

// Before 3.8 there is only the form with wide characters. Py_DecodeLocale is what python3's own main uses.
static int wide_main(const char *library, void *handle, int argc, char **argv) {
  int (*python_main)(int, wchar_t **) = (int (*)(int, wchar_t **))dlsym(handle, "Py_Main");
  wchar_t *(*decode)(const char *, size_t *) = (wchar_t * (*)(const char *, size_t *)) dlsym(handle, "Py_DecodeLocale");
  if (!python_main || !decode) fail(library, "it has neither Py_BytesMain nor Py_Main");
  wchar_t **arguments = calloc((size_t)argc + 1, sizeof *arguments);
  if (!arguments) fail(library, "out of memory");
  for (int index = 0; index < argc; index++) {
    arguments[index] = decode(argv[index], NULL);
    if (!arguments[index]) fail(library, "an argument cannot be decoded");
  }
  return python_main(argc, arguments);
}

// Swift's runtime may have taken the signals of crashes for its report by now. An interpreter that sends itself one of them
// must end by it, as python3 does, and not return from the report as if nothing had happened.
static void give_signals_back(void) {
  static const int crashes[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
  for (size_t index = 0; index < sizeof crashes / sizeof *crashes; index++) {
    struct sigaction old;
    if (sigaction(crashes[index], NULL, &old) == 0 && old.sa_handler != SIG_IGN) signal(crashes[index], SIG_DFL);
  }
}

// glibc hands the program's arguments to constructors.
__attribute__((constructor)) static void enter(int argc, char **argv) {
  const char *service = getenv(CPYTHON_ENTRY_SERVICE);
  if (service && *service && scenarios_service_main) {
    char *request = strdup(service);
    unsetenv(CPYTHON_ENTRY_SERVICE);
    leave(request ? scenarios_service_main(request) : CPYTHON_ENTRY_FAILED);
  }
  const char *library = getenv(CPYTHON_ENTRY_LIBRARY);
  if (!library || !*library) return;
  give_signals_back();
  const char *mode = getenv(CPYTHON_ENTRY_MODE);
  int is_host = mode && strcmp(mode, "host") == 0;
  unsetenv(CPYTHON_ENTRY_MODE);
  if (is_host) {
    if (!cpython_host_main) fail(library, "this program has no host");
    leave(cpython_host_main(library));
  }
  // Global: from 3.8 on, extension modules take the interpreter's symbols from the global scope.
  void *handle = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
  if (!handle) fail(library, dlerror());
  int (*python_main)(int, char **) = (int (*)(int, char **))dlsym(handle, "Py_BytesMain");
  leave(python_main ? python_main(argc, argv) : wide_main(library, handle, argc, argv));
}
