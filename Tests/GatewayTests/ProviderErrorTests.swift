import HTTPTransport
import JobModel
import Testing

@testable import Gateway

/// What a provider refuses with, as programs are told.
@Suite struct ProviderErrorTests {
    private static func connection(_ family: WireFormat.Family) -> GatewayConnection {
        GatewayConnection(name: "c", family: family, url: "http://x", key: Secret("secret-key"))
    }

    private static func error(_ status: Int, _ body: String, _ family: WireFormat.Family = .openAI) -> ProviderError {
        ProviderError(
            status: status,
            headers: [
                "Content-Type": "text/html", "Retry-After": "7", "x-request-id": "of secret-key", "Location": "/",
            ],
            body: Array(body.utf8),
            of: connection(family)
        )
    }

    @Test func passesOnWhatClientsCanRead() {
        let text = #"{"error": {"message": "slow down"}}"#
        let error = Self.error(429, text)
        #expect(error.status == 429)
        #expect(error.body == Array(text.utf8))
        #expect(
            error.headers == [
                "Content-Type": "text/html", "Retry-After": "7", "x-request-id": "of <redacted>",
            ]
        )
    }

    @Test func tellsNoSecret() {
        let error = Self.error(401, #"{"error": {"message": "unknown: secret-key"}}"#)
        #expect(error.body == Array(#"{"error": {"message": "unknown: <redacted>"}}"#.utf8))
    }

    @Test(arguments: [
        (
            WireFormat.Family.openAI, 503, "<html>secret-key",
            #"{"error":{"message":"chassis: c answered 503, and no error in its own words: <html><redacted>","type":"server_error","param":null,"code":"chassis_bad_answer"}}"#
        ),
        (
            .anthropic, 500, "",
            #"{"type":"error","error":{"type":"api_error","message":"chassis: c answered 500, and no error in its own words"}}"#
        ),
        (
            .gemini, 429, "\"a text\"",
            #"{"error":{"code":429,"message":"chassis: c answered 429, and no error in its own words: \"a text\"","status":"INTERNAL"}}"#
        ),
    ]) func putsPagesIntoTheProvidersWords(_ family: WireFormat.Family, _ status: Int, _ page: String, _ text: String)
        throws
    {
        let error = Self.error(status, page, family)
        #expect(error.status == status)
        #expect(error.headers["Content-Type"] == "application/json" && error.headers["Retry-After"] == "7")
        #expect(try JSONValue(parsing: error.body) == JSONValue(parsing: text))
    }

    @Test(arguments: [301, 307, 100]) func followsNoRedirect(_ status: Int) throws {
        let error = Self.error(status, #"{"error": {}}"#)
        #expect(error.status == 502 && error.headers["x-should-retry"] == "false" && error.headers["Location"] == nil)
        let message = try JSONValue(parsing: error.body)["error"]?["message"]?.stringValue
        #expect(message?.hasPrefix("chassis: c answered \(status), which is not followed; correct its url") == true)
    }
}
