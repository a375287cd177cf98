import CLibPQ

/// A connection of libpq, used on the reactor's thread alone, and what is sent over it.
struct ConnectionHandle: ~Copyable {
    let pointer: OpaquePointer

    /// Connects; blocks until it has.
    init(connecting options: PostgresConnection.Options) throws(PostgresError) {
        self.init(try Self.connect(options))
    }

    private init(_ pointer: OpaquePointer) { self.pointer = pointer }

    private static func connect(_ options: PostgresConnection.Options) throws(PostgresError) -> OpaquePointer {
        try check(options.conninfo)
        let keywords = keywords(options)
        let names: [UnsafeMutablePointer<CChar>?] = keywords.map { copy($0.0) } + [nil]
        let values: [UnsafeMutablePointer<CChar>?] = keywords.map { copy($0.1) } + [nil]
        defer { for text in names + values { text?.deallocate() } }
        let pointer = names.map { UnsafePointer($0) }.withUnsafeBufferPointer { names in
            values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
                PQconnectdbParams(names.baseAddress, values.baseAddress, 1)
            }
        }
        guard let pointer else { throw .connectionRefused(reason: "out of memory") }
        do throws(PostgresError) {
            guard PQstatus(pointer) == CONNECTION_OK else {
                throw PostgresError.connectionRefused(reason: reason(pointer))
            }
            try set(options.sessionSettings, on: pointer)
            guard PQsetnonblocking(pointer, 1) == 0, PQenterPipelineMode(pointer) == 1 else {
                throw PostgresError.connectionRefused(reason: reason(pointer))
            }
        } catch {
            PQfinish(pointer)
            throw error
        }
        PQsetNoticeReceiver(pointer, { _, _ in }, nil)
        return pointer
    }

    /// What is asked of libpq; later ones win, so the connection string comes after the defaults.
    private static func keywords(_ options: PostgresConnection.Options) -> [(String, String)] {
        let keywords = [
            ("connect_timeout", String(max(2, options.connectTimeout.components.seconds))),
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "10000"), ("fallback_application_name", options.applicationName),
            ("dbname", options.conninfo), ("client_encoding", "UTF8"),
        ]
        return keywords
    }

    /// Checks that libpq can read a connection string; its own words would repeat parts of it, which may be a password.
    private static func check(_ conninfo: String) throws(PostgresError) {
        let isPair = conninfo.contains("=") || conninfo.hasPrefix("postgres://") || conninfo.hasPrefix("postgresql://")
        // Without either, libpq takes the text for the name of a database.
        guard isPair else { return }
        guard let parsed = PQconninfoParse(conninfo, nil) else { throw .invalidConnectionString }
        PQconninfoFree(parsed)
    }

    /// Sets the parameters a session begins with, by statements: as `options` they would take the place of those that
    /// the connection string or the environment give, and a pooler would refuse them.
    private static func set(_ settings: [String: String], on pointer: OpaquePointer) throws(PostgresError) {
        guard !settings.isEmpty else { return }
        let script = settings.sorted { $0.key < $1.key }.map { "SET \($0.key) = '\($0.value)'" }
        let result = PQexec(pointer, script.joined(separator: "; "))
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw .connectionRefused(reason: reason(pointer)) }
    }

    /// A copy of a text for C, to be deallocated.
    private static func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = Array(text.utf8CString)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        copy.initialize(from: bytes, count: bytes.count)
        return copy
    }

    deinit { PQfinish(pointer) }

    var reason: String { ConnectionHandle.reason(pointer) }

    static func reason(_ pointer: OpaquePointer) -> String {
        let text = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
        // libpq breaks its texts into lines, and indents them.
        return text.split(whereSeparator: \.isNewline)
            .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            .joined(separator: "; ")
    }

    /// Asks for a statement to be prepared.
    func sendPrepare(_ name: String, _ sql: String) -> Bool { PQsendPrepare(pointer, name, sql, 0, nil) == 1 }

    /// Asks for a statement to be carried out; by its name when it is prepared.
    func send(_ statement: PostgresStatement, isPrepared: Bool, _ parameters: [PostgresParameter]) -> Bool {
        let texts: [[CChar]?] = parameters.map { parameter in
            switch parameter {
            case .null: nil
            case .text(let text): Array(text.utf8CString)
            case .bytes(let bytes): bytes.map { CChar(bitPattern: $0) } + [0]
            }
        }
        let lengths = texts.map { Int32(($0?.count ?? 1) - 1) }
        let formats: [Int32] = parameters.map { if case .bytes = $0 { 1 } else { 0 } }
        return withPointers(texts) { values in
            isPrepared
                ? PQsendQueryPrepared(pointer, statement.name, Int32(values.count), values, lengths, formats, 0) == 1
                : PQsendQueryParams(pointer, statement.sql, Int32(values.count), nil, values, lengths, formats, 0) == 1
        }
    }

    private func withPointers(_ texts: [[CChar]?], _ body: ([UnsafePointer<CChar>?]) -> Bool) -> Bool {
        var storage: [CChar] = []
        var offsets: [Int?] = []
        for text in texts {
            offsets.append(text.map { _ in storage.count })
            if let text { storage += text }
        }
        return storage.withUnsafeBufferPointer { buffer in
            body(offsets.map { offset in offset.flatMap { buffer.baseAddress?.advanced(by: $0) } })
        }
    }
}
