/// What a server says of itself in `postmaster.pid`.
struct PostmasterFile: Equatable, Sendable {
    static let name = "postmaster.pid"
    private static let maximumBytes = 4096

    let pid: Int32
    /// Whether connections are accepted.
    let isReady: Bool

    /// Nil when there is no such file, or it is being written.
    init?(in directory: String) {
        // The server makes and removes the file at any time.
        guard let text = try? LocalFile.readText(directory + "/" + Self.name, maximumBytes: Self.maximumBytes) else {
            return nil
        }
        self.init(text: text)
    }

    /// - Parameter text: The process id in the first line, the state in the eighth.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let pid = lines.first.flatMap({ Int32($0) }), pid > 0 else { return nil }
        self.pid = pid
        isReady = lines.count > 7 && lines[7].hasPrefix("ready")
    }
}
