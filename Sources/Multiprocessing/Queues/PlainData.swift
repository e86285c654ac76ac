/// A type whose values are their bytes: a `SimpleQueue` carries them as they lie in memory, which costs a fraction of what
/// encoding does.
///
/// Conforming is a promise that the compiler checks only in part. Any bits are a value: so it is with a struct of numbers, but not
/// with a `Bool` or an enumeration. And they mean the same in every process of the program, which a pointer does not. The
/// type's own `Codable` code is used wherever else its values travel. Python has nothing like it but `ctypes` in shared memory.
public protocol PlainData: BitwiseCopyable, Codable, Sendable {}
