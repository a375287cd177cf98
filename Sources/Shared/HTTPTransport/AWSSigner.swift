import Digests
package import JobModel

/// Signs requests to AWS by Signature Version 4.
///
/// The path is encoded twice in what is signed, as every service but S3 wants it; for S3, take paths that need no encoding,
/// and give the digest of the body in `X-Amz-Content-Sha256`.
package struct AWSSigner: Equatable, Sendable {
    private let keyID: Secret
    private let secretKey: Secret
    private let sessionToken: Secret?
    private let region: String
    private let service: String

    /// A signer with an access key, for one region and service.
    package init(keyID: Secret, secretKey: Secret, sessionToken: Secret?, region: String, service: String) {
        self.keyID = keyID
        self.secretKey = secretKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }

    /// What no message may repeat.
    package var secrets: [Secret] { [keyID, secretKey] + (sessionToken.map { [$0] } ?? []) }

    /// Adds the headers that make up the signature; all headers that are there already are signed too.
    ///
    /// - Parameter time: Now, in seconds since 1970.
    package func sign(_ request: inout HTTPRequest, at time: Int64) {
        let stamp = UTCStamp(secondsSince1970: time)
        let (host, path, query) = Self.parts(of: request.url)
        request.headers["X-Amz-Date"] = stamp.text
        if let sessionToken { request.headers["X-Amz-Security-Token"] = sessionToken.exposed }
        var headers = request.headers.map { (name: $0.name.lowercased(), value: Self.collapsed($0.value)) }
        headers.append(("host", host))
        headers.sort { $0.name < $1.name }
        let names = headers.map(\.name).joined(separator: ";")
        let canonical = [
            request.method, Self.encoded(path, keepsSlash: true), Self.canonicalQuery(query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(), names, SHA256.digest(of: request.body ?? []).hex,
        ].joined(separator: "\n")
        let scope = "\(stamp.day)/\(region)/\(service)/aws4_request"
        let toSign = ["AWS4-HMAC-SHA256", stamp.text, scope, SHA256.digest(of: canonical.utf8).hex]
            .joined(separator: "\n")
        let key = [stamp.day, region, service, "aws4_request"].reduce(Array("AWS4\(secretKey.exposed)".utf8)) {
            HMACSHA256.code(of: $1.utf8, key: $0).bytes
        }
        request.headers["Authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(keyID.exposed)/\(scope), SignedHeaders=\(names), "
            + "Signature=\(HMACSHA256.code(of: toSign.utf8, key: key).hex)"
    }

    /// Host, path and query of an address, as they are sent.
    private static func parts(of url: String) -> (host: String, path: String, query: String) {
        let behindScheme = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let host = behindScheme.prefix { $0 != "/" && $0 != "?" }
        let rest = behindScheme.dropFirst(host.count)
        let path = rest.prefix { $0 != "?" }
        var name = host.lowercased()
        // The standard port is not sent, so it is not signed.
        for (scheme, port) in [("https:", ":443"), ("http:", ":80")] where url.hasPrefix(scheme) && name.hasSuffix(port)
        {
            name.removeLast(port.count)
        }
        return (name, path.isEmpty ? "/" : String(path), String(rest.dropFirst(path.count + 1)))
    }

    /// The members of a query, which are encoded already, in their order.
    private static func canonicalQuery(_ query: String) -> String {
        query.split(separator: "&").map { member in
            let name = member.prefix { $0 != "=" }
            return (String(name), String(member.dropFirst(name.count + 1)))
        }
        .sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
    }

    /// A text with everything but letters, digits and `-._~` percent-encoded.
    package static func encoded(_ text: String, keepsSlash: Bool = false) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/") where keepsSlash: encoded.append("/")
            default: encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    /// A header's value without spaces around it, and with one in place of several.
    private static func collapsed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }
}
