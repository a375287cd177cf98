import Hummingbird
import JobModel

extension Response {
    /// An answer with a JSON value.
    init(status: HTTPResponse.Status = .ok, json: JSONValue) {
        self.init(status: status, jsonText: json.encoded())
    }

    /// An answer with a text that is JSON already.
    init(status: HTTPResponse.Status = .ok, jsonText: [UInt8]) {
        self.init(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: jsonText))
        )
    }

    /// A problem document.
    init(problem: Problem) {
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        for (header, value) in problem.headers {
            switch header {
            case .retryAfter: headers[.retryAfter] = value
            case .authenticate: headers[.wwwAuthenticate] = value
            case .allow: headers[.allow] = value
            }
        }
        self.init(
            status: HTTPResponse.Status(code: problem.code.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.json.encoded()))
        )
    }
}
