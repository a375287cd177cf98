import Digests

/// A form with a file, as `multipart/form-data`.
struct MultipartForm {
    let body: [UInt8]
    let contentType: String

    init(fields: [(name: String, value: String)], file: String, content: [UInt8]) {
        // So long that it stands in no file by chance.
        let boundary = "chassis-" + SHA256.digest(of: content).hex
        var body: [UInt8] = []
        for field in fields {
            body += Array(
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field.name)\"\r\n\r\n\(field.value)\r\n".utf8
            )
        }
        body += Array(
            ("--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(file)\"\r\n"
                + "Content-Type: application/jsonl\r\n\r\n").utf8
        )
        body += content
        body += Array("\r\n--\(boundary)--\r\n".utf8)
        self.body = body
        contentType = "multipart/form-data; boundary=\(boundary)"
    }
}
