import Glibc

/// Memory that a player shares with the program that watches it, and that outlives the player: what it reads just now.
struct Slot: @unchecked Sendable {
    // Written by one process at a time: by the player while it lives, and read by the watcher afterwards.

    private static let headBytes = 64
    private static let size = headBytes + Mutator.maximumBytes + 4096

    let path: String
    private let base: UnsafeMutableRawPointer

    /// Makes or opens the file behind it.
    init(_ path: String) {
        self.path = path
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        precondition(descriptor >= 0 && ftruncate(descriptor, off_t(Self.size)) == 0, "\(path) cannot be made")
        let mapped = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        close(descriptor)
        guard let mapped, mapped != MAP_FAILED else { preconditionFailure("\(path) cannot be mapped") }
        base = mapped
    }

    private func number(_ index: Int) -> UnsafeMutablePointer<Int> {
        base.advanced(by: index * 8).assumingMemoryBound(to: Int.self)
    }

    /// How many inputs have been read.
    var count: Int {
        get { number(0).pointee }
        nonmutating set { number(0).pointee = newValue }
    }
    /// The longest that one took, in microseconds of the processor.
    var slowest: Int {
        get { number(1).pointee }
        nonmutating set { number(1).pointee = newValue }
    }
    /// How many different things became of the inputs.
    var outcomes: Int {
        get { number(2).pointee }
        nonmutating set { number(2).pointee = newValue }
    }

    /// The input that is read, or was read last.
    var input: [UInt8] {
        get {
            let count = min(max(0, number(3).pointee), Mutator.maximumBytes)
            return Array(UnsafeRawBufferPointer(start: base + Self.headBytes, count: count))
        }
        nonmutating set {
            number(3).pointee = newValue.count
            newValue.withUnsafeBytes { bytes in
                if let start = bytes.baseAddress {
                    (base + Self.headBytes).copyMemory(from: start, byteCount: bytes.count)
                }
            }
        }
    }
}
