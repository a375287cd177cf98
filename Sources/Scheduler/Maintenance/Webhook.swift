import Digests
import HTTPTransport
package import JobModel
import Settings
import Storage

/// A web address that is told what happens, with a signature that only we can make.
package struct Webhook: Sendable {
    private static let timeout = Duration.seconds(10)

    private let url: String
    private let secret: Secret
    private let allowsPrivate: Bool

    /// - Parameter allowsPrivate: Whether the address may be one of a private network; by default it must be public.
    package init(url: String, secret: Secret, allowsPrivate: Bool = false) {
        self.url = url
        self.secret = secret
        self.allowsPrivate = allowsPrivate
    }

    /// The request that tells a message.
    ///
    /// `Chassis-Signature` is `t=SECONDS,v1=HEX`: the HMAC-SHA-256, under the secret, of the seconds, a full stop, and the
    /// body. The seconds are those of the database's clock since 1970. `Chassis-Message` is the same for each try.
    func request(for message: OutboxStore.Message) -> HTTPRequest {
        let seconds = message.takenAt.rawValue / 1_000_000
        let body = JSONValue.object([
            "id": .integer(message.id), "event": .string(message.event),
            "at": .string(message.createdAt.description), "body": message.body,
        ]).encoded()
        let code = HMACSHA256.code(of: Array("\(seconds).".utf8) + body, key: secret.exposed.utf8)
        var request = HTTPRequest(method: "POST", url: url, body: body)
        request.headers["Content-Type"] = "application/json"
        request.headers["Chassis-Event"] = message.event
        request.headers["Chassis-Message"] = String(message.id)
        request.headers["Chassis-Signature"] = "t=\(seconds),v1=\(code.hex)"
        request.totalTimeout = Self.timeout
        request.addressPolicy = allowsPrivate ? .any : .publicOnly
        return request
    }
}

extension Webhook {
    /// The address that the settings name; nil when they name none.
    ///
    /// - Throws: What is wrong with the file of the secret.
    init?(_ settings: SchedulerSettings) throws {
        guard let url = settings.webhook, let path = settings.webhookSecretFile else { return nil }
        let text = String(decoding: try InputFile.read(path, maximumBytes: 4096), as: UTF8.self)
        let secret = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !secret.isEmpty else { throw InputFileError.empty }
        self.init(
            url: url,
            secret: Secret(secret),
            allowsPrivate: settings.webhookPrivate
        )
    }
}
