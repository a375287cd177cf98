import Digests
package import JobModel
package import Settings

/// A request of another service that tells of an event: whether it is that service's own, and what it tells.
///
/// How each service signs:
/// - GitHub, "Validating webhook deliveries": `X-Hub-Signature-256: sha256=<hex>` over the body.
/// - Stripe, "Verify webhook signatures manually": `Stripe-Signature: t=<seconds>,v1=<hex>` over `<t>.<body>`.
/// - Slack, "Verifying requests from Slack": `X-Slack-Signature: v0=<hex>` over
///   `v0:<X-Slack-Request-Timestamp>:<body>`.
package struct WebhookRequest: Sendable {
    /// How old a signed time may be, or how far in the future.
    static let tolerance = Duration.seconds(300)

    private let webhook: WebhookDefinition
    private let header: @Sendable (String) -> String?
    private let body: [UInt8]

    /// - Parameter header: A header field of the request by its name, in any case.
    package init(_ webhook: WebhookDefinition, body: [UInt8], header: @escaping @Sendable (String) -> String?) {
        self.webhook = webhook
        self.header = header
        self.body = body
    }

    // MARK: Whose it is

    /// Checks the signature, and its age where it has one.
    ///
    /// - Parameter now: The database's time, in seconds since 1970.
    /// - Throws: `WebhookRefusal`.
    package func verify(now: Int64) throws(WebhookRefusal) {
        guard let time = try verifySignature() else { return }
        try checkAge(of: time, now: now)
    }

    /// Checks the signature alone.
    ///
    /// - Returns: The time that is signed, in seconds since 1970, whose age is to be checked; nil where the service signs none.
    func verifySignature() throws(WebhookRefusal) -> Int64? {
        switch webhook.form {
        case .github: try verify(one("X-Hub-Signature-256"), prefix: "sha256=", over: body)
        case .stripe: return try verifyStripe()
        case .slack:
            let text = try one("X-Slack-Request-Timestamp")
            let time = try Self.time(text)
            try verify(one("X-Slack-Signature"), prefix: "v0=", over: Array("v0:\(text):".utf8) + body)
            return time
        case .hmac:
            let signature = try one(webhook.header)
            let code = code(of: body)
            guard Self.matches(signature, code) || Self.matches(signature.removing(prefix: "sha256="), code) else {
                throw .signatureWrong
            }
        }
        return nil
    }

    private func verifyStripe() throws(WebhookRefusal) -> Int64 {
        let parts = try one("Stripe-Signature").split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        func values(_ key: String) -> [Substring] { parts.filter { $0.count == 2 && $0[0] == key }.map { $0[1] } }
        guard let text = values("t").first else { throw .signatureWrong }
        let time = try Self.time(String(text))
        let code = code(of: Array("\(text).".utf8) + body)
        // Several while a secret is being replaced; whoever sends thousands has the body digested once all the same.
        guard values("v1").contains(where: { Self.matches(String($0), code) }) else { throw .signatureWrong }
        return time
    }

    private func one(_ name: String) throws(WebhookRefusal) -> String {
        guard let value = header(name) else { throw .headerMissing(name) }
        return value
    }

    func checkAge(of time: Int64, now: Int64) throws(WebhookRefusal) {
        guard abs(time.subtractingReportingOverflow(now).partialValue) <= Self.tolerance.components.seconds else {
            throw .tooOld
        }
    }

    private static func time(_ text: String) throws(WebhookRefusal) -> Int64 {
        guard let time = Int64(text), time > 0 else { throw .signatureWrong }
        return time
    }

    private func verify(_ signature: String, prefix: String, over message: [UInt8]) throws(WebhookRefusal) {
        guard signature.hasPrefix(prefix), Self.matches(signature.removing(prefix: prefix), code(of: message)) else {
            throw .signatureWrong
        }
    }

    private func code(of message: [UInt8]) -> SHA256Digest {
        HMACSHA256.code(of: message, key: webhook.secret.exposed.utf8)
    }

    /// Whether a text is a code, in hexadecimal or in Base64.
    private static func matches(_ signature: String, _ code: SHA256Digest) -> Bool {
        if let digest = SHA256Digest(hex: signature.lowercased()) { return code.equalsInConstantTime(digest) }
        return ConstantTime.areEqual(Array(signature.utf8), Array(Base64.encode(code.bytes).utf8))
    }

    // MARK: What it tells

    /// What the service wants to have back and that tells of nothing; nil for an event.
    package func challenge() -> String? {
        guard webhook.form == .slack, let json = try? JSONValue(parsing: body),
            json["type"]?.stringValue == "url_verification"
        else { return nil }
        return json["challenge"]?.stringValue
    }

    /// The event.
    ///
    /// - Throws: `WebhookRefusal` when the body is nothing that can be read.
    package func event() throws(WebhookRefusal) -> NewEvent {
        let data = try data()
        let kind: String?
        let key: JSONValue?
        let delivery: String?
        switch webhook.form {
        case .github:
            kind = header("X-GitHub-Event")
            key = data["repository"]?["full_name"]
            delivery = header("X-GitHub-Delivery")
        case .stripe:
            kind = data["type"]?.stringValue
            key = data["data"]?["object"]?["id"]
            delivery = data["id"]?.stringValue
        case .slack:
            kind = data["event"]?["type"]?.stringValue ?? data["type"]?.stringValue ?? "command"
            key = data["event"]?["channel"] ?? data["channel_id"] ?? data["team_id"]
            delivery = data["event_id"]?.stringValue ?? header("X-Slack-Signature")
        case .hmac:
            kind = nil
            key = nil
            delivery = header("Idempotency-Key")
        }
        let given = webhook.key.map { path in
            path.split(separator: ".").reduce(Optional(data)) { value, name in value?[String(name)] }
        }
        do {
            return try NewEvent(
                name: webhook.event ?? "\(webhook.name).\(Self.name(kind))",
                key: Self.text(given ?? key),
                data: data,
                idempotencyKey: idempotencyKey(of: delivery)
            )
        } catch {
            throw .noEvent(error)
        }
    }

    /// By what a delivery is kept once: its digest where it is too long for that.
    private func idempotencyKey(of delivery: String?) -> String? {
        guard let delivery, !delivery.isEmpty else { return nil }
        let key = "webhook:\(webhook.name):\(delivery)"
        guard key.utf8.count > NewEvent.maximumKeyBytes else { return key }
        return "webhook:" + SHA256.digest(of: key.utf8).hex
    }

    private func data() throws(WebhookRefusal) -> JSONValue {
        if header("Content-Type")?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true {
            let fields = FormBody.fields(body)
            // GitHub puts its JSON into one field when it is told to send forms.
            if let payload = fields["payload"]?.stringValue, let json = try? JSONValue(parsing: payload) { return json }
            return .object(fields)
        }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw .noJSON("\(error)")
        }
    }

    /// A word of another service, as part of an event's name.
    private static func name(_ kind: String?) -> String {
        let word = (kind ?? "").map { NewEvent.isName(String($0)) ? $0 : "_" }
        return word.isEmpty ? "event" : String(word.prefix(100))
    }

    private static func text(_ value: JSONValue??) -> String? {
        guard let value = value ?? nil, !value.isNull else { return nil }
        let text = value.stringValue ?? value.text()
        return text.isEmpty ? nil : text.cut(toBytes: NewEvent.maximumKeyBytes)
    }
}

extension String {
    fileprivate func removing(prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}
