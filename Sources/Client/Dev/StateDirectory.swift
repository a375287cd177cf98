import Glibc

/// Everything `chassis dev` keeps between two starts.
struct StateDirectory: Sendable {
    /// Without links.
    let path: String

    var postgres: String { path + "/postgres" }
    var store: String { path + "/store" }
    var logs: String { path + "/logs" }
    var connections: String { path + "/connections.yaml" }
    var devFile: String { path + "/dev.json" }
    var token: String { path + "/token" }
    var modelPort: String { path + "/model.port" }

    func log(_ name: String) -> String { "\(logs)/\(name).log" }

    /// Makes what is missing, and makes sure that files can be written.
    ///
    /// - Parameter path: Absolute.
    init(making path: String) throws(ClientError) {
        try FileSystem.makeDirectory(path)
        guard let real = FileSystem.real(path) else { throw LocalFile.fault(path) }
        self.path = real
        try FileSystem.makeDirectory(store)
        try FileSystem.makeDirectory(logs, mode: 0o700)
        let probe = real + "/probe"
        try LocalFile.replace(probe, with: "chassis dev can write here\n")
        unlink(probe)
    }
}
