/// What is kept of one stream of a program, and what is handed on of it.
struct StreamCapture {
    /// Which part of a stream that is over its limit is kept.
    enum Kept { case head, tail }

    private let stream: ProgramLine.Stream
    private let kept: Kept
    private let limit: Int
    private let loggedLimit: Int
    private let onLine: @Sendable (ProgramLine) -> Void
    private let onBytes: (@Sendable ([UInt8]) -> Void)?

    private var bytes: [UInt8] = []
    private(set) var droppedBytes = 0
    private var loggedBytes = 0
    private var splitter = LineSplitter()
    private var redactor: StreamRedactor

    /// - Parameter onBytes: Is told every piece as it comes; then nothing is kept, and nothing handed on as lines.
    init(
        _ stream: ProgramLine.Stream,
        keeping kept: Kept,
        limit: Int,
        loggedLimit: Int,
        redactor: Redactor,
        onLine: @escaping @Sendable (ProgramLine) -> Void,
        onBytes: (@Sendable ([UInt8]) -> Void)? = nil
    ) {
        self.redactor = StreamRedactor(redactor)
        self.stream = stream
        self.kept = kept
        self.limit = limit
        self.loggedLimit = loggedLimit
        self.onLine = onLine
        self.onBytes = onBytes
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func take(_ chunk: [UInt8]) {
        if let onBytes {
            onBytes(chunk)
            return
        }
        takeRedacted(redactor.take(chunk))
    }

    private mutating func takeRedacted(_ chunk: [UInt8]) {
        keep(chunk)
        let room = loggedLimit - loggedBytes
        guard room > 0 else { return }
        loggedBytes += min(room, chunk.count)
        splitter.take(Array(chunk.prefix(room)), line: handOn)
        guard chunk.count > room else { return }
        splitter.finish(line: handOn)
        handOn("[what comes after the first \(loggedLimit) bytes is not logged]")
    }

    mutating func finish() {
        takeRedacted(redactor.finish())
        splitter.finish(line: handOn)
    }

    private mutating func keep(_ chunk: [UInt8]) {
        switch kept {
        case .head:
            let room = max(0, limit - bytes.count)
            bytes.append(contentsOf: chunk.prefix(room))
            droppedBytes += max(0, chunk.count - room)
        case .tail:
            bytes.append(contentsOf: chunk)
            let surplus = max(0, bytes.count - limit)
            bytes.removeFirst(surplus)
            droppedBytes += surplus
        }
    }

    private func handOn(_ text: String) { onLine(ProgramLine(stream: stream, text: text)) }
}
