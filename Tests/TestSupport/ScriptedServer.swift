import JobModel
import Synchronization

/// An HTTP server, one for all tests of a process, that answers each request with the bytes its address asks for.
///
/// Needs `python3`; the program is `Tests/Servers/scripted_server.py`.
package final class ScriptedServer: Sendable {
    /// What the server does, in turn, when a request has come in.
    package enum Step: Sendable {
        /// Sends these bytes, in pieces of at most so many.
        case send([UInt8], pieces: Int? = nil)
        /// Sends so many bytes of `x`.
        case flood(Int)
        /// Waits until `openURL` is asked for.
        case wait
        /// Does nothing until the peer hangs up.
        case hang
        /// Ends the connection in order.
        case close
        /// Ends the connection with a reset.
        case reset

        /// Sends a text.
        package static func send(_ text: String, pieces: Int? = nil) -> Step { .send(Array(text.utf8), pieces: pieces) }

        /// Sends a whole response, with its `Content-Length`.
        package static func response(_ status: String, _ headers: [String] = [], _ body: String = "") -> Step {
            let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
            return .send(lines.map { "\($0)\r\n" }.joined() + "\r\n\(body)")
        }

        /// Sends one chunk of a chunked body; an empty one ends the body.
        package static func chunk(_ body: String) -> Step {
            .send("\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n")
        }

        fileprivate var json: JSONValue {
            switch self {
            case .send(let bytes, let pieces):
                [
                    "send": .string(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))),
                    "pieces": pieces.map { .integer(Int64($0)) } ?? .null,
                ]
            case .flood(let count): ["flood": .integer(Int64(count))]
            case .wait: ["wait": true]
            case .hang: ["hang": true]
            case .close: ["close": true]
            case .reset: ["reset": true]
            }
        }
    }

    /// The server of this process.
    package static let shared = ScriptedServer()

    private let process: ChildProcess
    private let lastTag = Mutex(0)

    private init(file: String = #filePath) {
        let folders = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        process = ChildProcess(["python3", folders.joined(separator: "/") + "/Servers/scripted_server.py"])
    }

    /// The port on 127.0.0.1.
    package var port: Int {
        get async {
            let line = await process.line { $0.hasPrefix("port ") }
            guard let port = line.flatMap({ Int($0.dropFirst(5)) }) else {
                preconditionFailure("the scripted server does not start: \(process.output)")
            }
            return port
        }
    }

    /// A tag that no other test uses.
    package func newTag() -> String {
        "t"
            + String(
                lastTag.withLock { last in
                    last += 1
                    return last
                }
            )
    }

    /// The address at which the steps are carried out; a path may be added.
    package func url(_ steps: [Step], tag: String) async -> String {
        let script = JSONValue.array(steps.map(\.json)).encoded()
        let digits = Array("0123456789abcdef")
        let hex = String(script.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        return "http://127.0.0.1:\(await port)/\(tag)/\(hex)"
    }

    /// The address that answers with the requests of a tag, as a JSON array.
    package func requestsURL(_ tag: String) async -> String { "http://127.0.0.1:\(await port)/_requests/\(tag)" }

    /// The address that lets the scripts of a tag go on.
    package func openURL(_ tag: String) async -> String { "http://127.0.0.1:\(await port)/_open/\(tag)" }

    /// The address that answers when a peer has hung up on a script of a tag.
    package func hangupURL(_ tag: String) async -> String { "http://127.0.0.1:\(await port)/_hangup/\(tag)" }
}
