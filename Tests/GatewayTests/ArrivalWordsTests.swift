import JobModel
import NIOHTTP1
import Testing

@testable import Gateway

/// What a request that took too long is told, by what has come of it.
@Suite struct ArrivalWordsTests {
    @Test(arguments: [
        (
            "/claude/v1/messages", ["anthropic-version": "2023-06-01"],
            #"{"type":"error","error":{"type":"invalid_request_error","message":"chassis: late"}}"#
        ),
        (
            "/gem/v1beta/models/m:generateContent", ["x-goog-api-key": "k"],
            #"{"error":{"code":408,"message":"chassis: late","status":"DEADLINE_EXCEEDED"}}"#
        ),
        (
            "/gem/v1beta/models/m:generateContent?alt=sse&key=k", [:],
            #"{"error":{"code":408,"message":"chassis: late","status":"DEADLINE_EXCEEDED"}}"#
        ),
        (
            "/openai/v1/chat/completions", ["authorization": "Bearer k"],
            #"{"error":{"message":"chassis: late","type":"invalid_request_error","param":null,"code":"chassis_late"}}"#
        ),
    ]) func speaksAsTheProviderOfTheRequest(_ target: String, _ headers: [String: String], _ said: String) throws {
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .POST,
            uri: target,
            headers: HTTPHeaders(headers.map { ($0.key, $0.value) })
        )
        let response = String(
            decoding: GatewayResponder.words.response(GatewayRefusal(.late, "late"), head),
            as: UTF8.self
        )
        let parts = response.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
        #expect(parts[0].hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(parts[0].contains("x-should-retry: true\r\nconnection: close"))
        #expect(try JSONValue(parsing: parts[1]) == JSONValue(parsing: said))
    }
}
