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
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: jsonText)))
    }

    /// A problem document.
    init(problem: Problem) {
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        for (name, value) in problem.headers {
            guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no header field") }
            headers[name] = value
        }
        self.init(
            status: HTTPResponse.Status(code: problem.code.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.json.encoded())))
    }
}
