import ArgumentParser
import Glibc
import HTTPTransport
import Hummingbird
import Logging
import NIOCore

/// What the gateway's server and client can do at all: they pass calls on, and keep nothing of them.
struct ForwardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Passes requests on to a provider and prints the port it listens on, until it is ended."
    )

    /// The most bytes of a request, as of an answer: 32 MiB.
    private static let maximumBytes = 32 << 20

    @Option(help: "What requests' paths are added to.") var to: String

    func run() async throws {
        let client = HTTPClient()
        var quiet = Logger(label: "chassis-benchmark")
        quiet.logLevel = .critical
        try await Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                try await answer(request, client)
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                print(channel.localAddress?.port ?? 0)
                // The reader waits for it, and the program goes on.
                fflush(nil)
            },
            logger: quiet
        ).run()
    }

    private func answer(_ request: Request, _ client: HTTPClient) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.maximumBytes)
        let answer = try await client.start(
            HTTPTransport.HTTPRequest(
                method: request.method.rawValue,
                url: to + request.uri.path,
                headers: HTTPHeaders([("Content-Type", "application/json")]),
                body: Array(body.readableBytesView)
            )
        )
        var headers = HTTPFields()
        headers[.contentType] = answer.headers["Content-Type"]
        guard answer.headers["Content-Type"]?.hasPrefix("text/event-stream") == true else {
            let bytes = try await answer.body.collect(maximumBytes: Self.maximumBytes)
            return Response(
                status: .init(code: answer.status),
                headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            )
        }
        return Response(
            status: .init(code: answer.status),
            headers: headers,
            body: ResponseBody { writer in
                for try await bytes in answer.body { try await writer.write(ByteBuffer(bytes: bytes)) }
                try await writer.finish(nil)
            }
        )
    }
}
