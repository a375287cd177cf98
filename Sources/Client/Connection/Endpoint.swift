/// Which scheduler is talked to, and as whom.
struct Endpoint: Equatable, Sendable {
    static let usualAddress = "http://127.0.0.1:8420"
    private static let maximumTokenBytes = 4096

    /// Without a slash at its end.
    let address: String
    let token: String?

    /// - Throws: `.usage` when the address is no http address or the token cannot be sent in a header.
    init(address: String, token: String?) throws(ClientError) {
        guard address.hasPrefix("http://") || address.hasPrefix("https://"), !address.contains("?"),
            address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw .usage("the address is not one of a scheduler: '\(address)'; it looks like \(Self.usualAddress)")
        }
        guard token?.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) ?? true else {
            throw .usage("the token holds blanks or control characters; a token is one word such as chs_…")
        }
        self.address = String(address.reversed().drop { $0 == "/" }.reversed())
        self.token = token
    }

    /// What the command line, the environment and a `chassis dev` of this directory say, the former before the latter.
    ///
    /// The token of `chassis dev` goes to its own address only. A directory may come from elsewhere, so its file says where to
    /// only when it is of this user and names an address as `chassis dev` does: else it would get the user's token.
    ///
    /// - Parameter directory: Where `.chassis/dev.json` is looked for.
    static func resolve(
        address: String?,
        tokenFile: String?,
        environment: [String: String],
        directory: String
    ) throws(ClientError) -> Endpoint {
        let path = directory + "/" + DevFile.usualPath
        let dev = try DevFile(at: path)
        let doubt = dev?.doubt(at: path)
        let given = address ?? nonEmpty(environment["CHASSIS_ADDRESS"])
        if let doubt, given == nil { throw .file(path: path, reason: doubt) }
        let address = given ?? dev?.address ?? usualAddress
        let isOfDev = doubt == nil && address == dev?.address
        var token = nonEmpty(environment["CHASSIS_TOKEN"]) ?? (isOfDev ? dev?.token : nil)
        if let tokenFile {
            let text = try LocalFile.readText(tokenFile, maximumBytes: maximumTokenBytes)
            token = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            guard token?.isEmpty == false else {
                throw .file(path: tokenFile, reason: "the file holds no token; 'chassis token create' makes one")
            }
        }
        return try Endpoint(address: address, token: token)
    }

    private static func nonEmpty(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}
