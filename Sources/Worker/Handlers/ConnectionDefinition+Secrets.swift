import JobModel
import Settings
import Tools

extension Redactor {
    /// Knows the secrets of a worker's connections.
    init(_ connections: [String: ConnectionDefinition]) {
        self.init(secrets: connections.values.flatMap(\.secrets))
    }
}

extension ConnectionDefinition {
    /// Headers that say nothing secret, whatever their value.
    private static let openHeaders: Set<String> = [
        "accept", "accept-encoding", "accept-language", "cache-control", "content-type", "user-agent",
    ]

    /// The texts that must not be seen outside of the worker.
    var secrets: [String] {
        switch kind {
        case .model(let model):
            [model.key, model.aws?.keys?.secret, model.aws?.keys?.sessionToken].compactMap { $0?.exposed }
                + Self.secrets(in: model.headers.map { ($0.name, $0.value) })
        case .postgres(let url): [url.exposed] + Self.passwords(in: url.exposed)
        case .http(_, let headers, _): Self.secrets(in: headers)
        case .mcp(let server):
            switch server.place {
            case .program(_, let environment, _): environment.filter(\.isHidden).map(\.value.exposed)
            case .web(_, let headers, _): Self.secrets(in: headers.map { ($0.name, $0.value) })
            }
        case .openapi(let service): Self.secrets(in: service.headers.map { ($0.name, $0.value) })
        case .sqlite: []
        }
    }

    /// The values of headers, and what stands behind the scheme, as in `Bearer TOKEN`.
    private static func secrets(in headers: [(name: String, value: Secret)]) -> [String] {
        headers.filter { !openHeaders.contains($0.name.lowercased()) }.flatMap { header in
            let words = header.value.exposed.split(separator: " ")
            return words.count == 2 ? [header.value.exposed, String(words[1])] : [header.value.exposed]
        }
    }

    /// The password of a URL or of a list of `key=value`, as it is written and as it is meant.
    static func passwords(in conninfo: String) -> [String] {
        var found: [String] = []
        if let scheme = conninfo.firstRange(of: "://") {
            let authority = conninfo[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
            if let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") {
                found.append(String(authority[authority.index(after: colon)..<at]))
            }
        }
        for part in conninfo.split(whereSeparator: { " ?&".contains($0) }) where part.hasPrefix("password=") {
            found.append(part.dropFirst("password=".count).filter { $0 != "'" })
        }
        return found.flatMap { [$0, percentDecoded($0)] }
    }

    private static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first == "%", let byte = UInt8(rest.dropFirst().prefix(2), radix: 16) {
                bytes.append(byte)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(contentsOf: String(first).utf8)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
