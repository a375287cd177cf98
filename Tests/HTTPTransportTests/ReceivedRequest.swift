import HTTPTransport
import JobModel
import TestSupport

/// A request as the scripted server received it.
struct ReceivedRequest {
    let connection: Int64?
    let method: String?
    let headers: HTTPHeaders
    let body: String?

    /// Asks the server for the requests of a tag.
    static func all(of tag: String) async throws -> [ReceivedRequest] {
        let response = try await HTTPClient.shared.send(
            HTTPRequest(url: await ScriptedServer.shared.requestsURL(tag))
        )
        return try (JSONValue(parsing: response.body).arrayValue ?? []).map { ReceivedRequest($0) }
    }

    private init(_ json: JSONValue) {
        connection = json["connection"]?.integerValue
        method = json["method"]?.stringValue
        body = json["body"]?.stringValue
        var headers = HTTPHeaders()
        for field in json["headers"]?.arrayValue ?? [] {
            headers.add(field[0]?.stringValue ?? "", field[1]?.stringValue ?? "")
        }
        self.headers = headers
    }
}
