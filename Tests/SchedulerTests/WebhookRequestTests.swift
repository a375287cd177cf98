import Digests
import JobModel
import Scheduler
import Settings
import TestSupport
import Testing

@Suite struct WebhookRequestTests {
    private static let now: Int64 = 1_700_000_000

    private static func signature(_ text: String, secret: String = "s3cret") -> String {
        HMACSHA256.code(of: text.utf8, key: secret.utf8).hex
    }

    private static func request(
        _ form: WebhookDefinition.Form,
        _ body: String,
        _ headers: [String: String],
        _ change: (inout WebhookDefinition) -> Void = { _ in }
    ) -> WebhookRequest {
        var webhook = WebhookDefinition(name: "hook", form: form, secret: Secret("s3cret"))
        change(&webhook)
        return WebhookRequest(webhook, body: Array(body.utf8)) { name in
            headers.first { $0.key.lowercased() == name.lowercased() }?.value
        }
    }

    /// The example of GitHub's documentation.
    @Test func believesGitHubsOwnExample() throws {
        let example = Self.request(
            .github,
            "Hello, World!",
            ["X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"]
        ) { $0 = WebhookDefinition(name: "g", form: .github, secret: Secret("It's a Secret to Everybody")) }
        try example.verify(now: Self.now)
    }

    @Test func readsWhatGitHubTells() throws {
        let body = #"{"repository": {"full_name": "acme/shop"}, "ref": "main"}"#
        let request = Self.request(
            .github,
            body,
            [
                "X-Hub-Signature-256": "sha256=" + Self.signature(body), "X-GitHub-Event": "push",
                "X-GitHub-Delivery": "d-1",
            ]
        )
        try request.verify(now: Self.now)
        let event = try request.event()
        #expect(event.name == "hook.push" && event.key == "acme/shop")
        #expect(event.idempotencyKey == "webhook:hook:d-1")
        #expect(event.data["ref"] == "main")
    }

    @Test func readsWhatStripeTells() throws {
        let body = #"{"id": "evt_1", "type": "charge.succeeded", "data": {"object": {"id": "ch_1"}}}"#
        let signed = Self.signature("\(Self.now).\(body)")
        let request = Self.request(
            .stripe,
            body,
            ["Stripe-Signature": "t=\(Self.now),v1=\(Self.signature("old", secret: "x")),v1=\(signed),v0=00"]
        )
        try request.verify(now: Self.now + 299)
        #expect(throws: WebhookRefusal.tooOld) { try request.verify(now: Self.now + 301) }
        #expect(throws: WebhookRefusal.tooOld) { try request.verify(now: Self.now - 301) }
        let event = try request.event()
        #expect(event.name == "hook.charge.succeeded" && event.key == "ch_1")
        #expect(event.idempotencyKey == "webhook:hook:evt_1")
    }

    @Test func readsWhatSlackTells() throws {
        let body = "command=%2Fdeploy&text=shop+now&channel_id=C1"
        let headers = [
            "X-Slack-Signature": "v0=" + Self.signature("v0:\(Self.now):\(body)"),
            "X-Slack-Request-Timestamp": "\(Self.now)", "Content-Type": "application/x-www-form-urlencoded",
        ]
        let request = Self.request(.slack, body, headers)
        try request.verify(now: Self.now)
        #expect(request.challenge() == nil)
        let event = try request.event()
        #expect(event.name == "hook.command" && event.key == "C1")
        #expect(event.data == ["command": "/deploy", "text": "shop now", "channel_id": "C1"])
        let hello = Self.request(.slack, #"{"type": "url_verification", "challenge": "c"}"#, [:])
        #expect(hello.challenge() == "c")
    }

    @Test(arguments: ["hex", "sha256", "base64"]) func takesAnySpellingOfAnHMAC(_ spelling: String) throws {
        let body = #"{"build": {"id": 7}}"#
        let code = HMACSHA256.code(of: body.utf8, key: "s3cret".utf8)
        let signature =
            switch spelling {
            case "hex": code.hex
            case "sha256": "sha256=" + code.hex.uppercased()
            default: Base64.encode(code.bytes)
            }
        let request = Self.request(.hmac, body, ["X-Signature-256": signature]) {
            $0.event = "ci.done"
            $0.key = "build.id"
        }
        try request.verify(now: Self.now)
        let event = try request.event()
        #expect(event.name == "ci.done" && event.key == "7" && event.idempotencyKey == nil)
    }

    /// A service sends what was refused again and again, and then no more.
    @Test func takesKeysOfAnyLength() throws {
        func event(_ key: String, delivery: String) throws -> NewEvent {
            let body = #"{"key": "\#(key)"}"#
            return try Self.request(.hmac, body, ["Idempotency-Key": delivery]) { $0.key = "key" }.event()
        }
        let long = try event("a" + String(repeating: "é", count: 200), delivery: String(repeating: "d", count: 250))
        #expect(long.key == "a" + String(repeating: "é", count: 127))
        #expect(long.idempotencyKey?.hasPrefix("webhook:") == true)
        let other = try event("k", delivery: String(repeating: "d", count: 249) + "e")
        #expect(other.idempotencyKey != nil && other.idempotencyKey != long.idempotencyKey)
        #expect(try event("k", delivery: "").idempotencyKey == nil)
    }

    @Test(arguments: WebhookDefinition.Form.allCases)
    func refusesWhatIsNotSigned(_ form: WebhookDefinition.Form) throws {
        let wrong = Self.signature("{}", secret: "another")
        #expect(throws: WebhookRefusal.self) { try Self.request(form, "{}", [:]).verify(now: Self.now) }
        for value in [
            "", "sha256=", "v0=", "t=,v1=", "t=\(Self.now)", "t=\(Self.now),v1=\(wrong)", "v0=\(wrong)", wrong,
        ] {
            let headers = [
                "X-Hub-Signature-256": value, "Stripe-Signature": value, "X-Slack-Signature": value,
                "X-Slack-Request-Timestamp": "\(Self.now)", "X-Signature-256": value,
            ]
            #expect(throws: WebhookRefusal.self) { try Self.request(form, "{}", headers).verify(now: Self.now) }
        }
    }

    /// Whoever knows no secret can have a server digest its body once, not once for each signature that it makes up.
    @Test func manySignaturesCostNoMoreThanOne() {
        let signatures = String(repeating: ",v1=00", count: 20_000)
        let body = String(repeating: "x", count: 1 << 20)
        let request = Self.request(.stripe, body, ["Stripe-Signature": "t=\(Self.now)" + signatures])
        let time = ProcessorTime.taken {
            #expect(throws: WebhookRefusal.signatureWrong) { try request.verify(now: Self.now) }
        }
        #expect(time < .seconds(2))
    }
}
