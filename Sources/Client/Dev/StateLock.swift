import Glibc

/// Keeps a second `chassis dev` out of a state directory, for as long as the value lives.
struct StateLock: ~Copyable {
    private let descriptor: Int32

    /// - Throws: `.dev` when another `chassis dev` holds the directory.
    init(_ state: StateDirectory) throws(ClientError) {
        let path = state.path + "/dev.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LocalFile.fault(path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .dev(
                what: "another 'chassis dev' runs with the state directory \(state.path)",
                wayOut: "go on with that one, stop it first, or give --state DIR"
            )
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
