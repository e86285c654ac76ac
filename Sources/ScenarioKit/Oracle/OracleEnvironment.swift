import CPython

/// The environment of a Python that runs twins.
///
/// Python reads a good many variables; what the caller happens to have set must not change what a twin prints.
/// `PYTHONUNBUFFERED`, common in containers, splits every line into two writes.
enum OracleEnvironment {
  /// The caller's environment without Python's variables and ours.
  static func base(from environment: [String: String], home: String? = nil) -> [String: String] {
    var result = environment.filter { name, _ in
      !name.hasPrefix("PYTHON") && !name.hasPrefix("SCENARIOS_")
    }
    // The one variable that says where installed packages are, which other pools may need.
    result["PYTHONPATH"] = environment["PYTHONPATH"]
    result["PYTHONHOME"] = home
    // An installation is not written to.
    result["PYTHONDONTWRITEBYTECODE"] = "1"
    return result
  }
}
