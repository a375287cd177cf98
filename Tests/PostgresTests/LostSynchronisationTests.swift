import TestSupport
import Testing

@testable import Postgres

/// A server that says what libpq cannot make sense of: libpq then closes the socket by itself.
@Suite struct LostSynchronisationTests {
    /// Lets a client in, answers its pipelines with what the words say, in hexadecimal, and waits for the client to leave.
    private static let server = """
        import socket, struct, sys
        def message(kind, body=b""):
            return kind + struct.pack("!i", len(body) + 4) + body
        listener = socket.create_server(("127.0.0.1", 0))
        print("port", listener.getsockname()[1], flush=True)
        peer = listener.accept()[0]
        peer.recv(65536)
        peer.sendall(message(b"R", bytes(4)) + message(b"K", bytes(8)) + message(b"Z", b"I"))
        for word in sys.argv[1:]:
            got = b""
            while not got.endswith(message(b"S")):
                got += peer.recv(65536)
            peer.sendall(bytes.fromhex(word))
        while peer.recv(65536):
            pass
        print("left", flush=True)
        """

    /// Parsed and bound, no columns, done, ready.
    private static let good =
        "3100000004" + "3200000004" + "6e00000004" + "430000000d53454c4543542030" + "00" + "5a0000000549"
    /// The head of a row with a length that none can have.
    private static let bad = "5400000003"

    @Test(.timeLimit(.minutes(1)), arguments: [[bad], [good, bad]])
    func failsWhatWaitsAndEndsTheConnection(words: [String]) async throws {
        let server = ChildProcess(["python3", "-c", Self.server] + words)
        let line = await server.line { $0.hasPrefix("port ") }
        let port = try #require(line.flatMap { Int($0.dropFirst(5)) })
        let conninfo = "host=127.0.0.1 port=\(port) user=x dbname=x sslmode=disable gssencmode=disable"
        let connection = try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "test"))
        if words[0] == Self.good { #expect(try await connection.query("SELECT").affectedRows == 0) }
        let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT") }
        #expect(error?.isConnectionError == true)
        #expect(!connection.isOpen)
        #expect(await server.line { $0 == "left" } != nil)
        // Another connection may have the number of its descriptor.
        let other = try await PostgresConnectionTests.connection()
        #expect(try await other.query("SELECT 2 AS x").rows[0].int("x") == 2)
        await other.close()
        await server.killAndWait()
    }
}
