import JobModel

/// Reads the keys of AWS from where its own programs look for them: the environment, or the credentials file.
enum AWSKeysFile {
    private static let maximumBytes = 1 << 20

    /// The keys, or why there are none.
    ///
    /// - Parameter profile: The profile of the credentials file; nil for the one that `AWS_PROFILE` names, or `default`.
    ///   A profile that is named goes before the keys in the environment.
    static func keys(
        profile: String?,
        environment: [String: String]
    ) -> (keys: AWSAccess.Keys?, fault: String) {
        func variable(_ name: String) -> Secret? { environment[name].flatMap { $0.isEmpty ? nil : Secret($0) } }
        if profile == nil, let id = variable("AWS_ACCESS_KEY_ID"), let secret = variable("AWS_SECRET_ACCESS_KEY") {
            return (AWSAccess.Keys(id: id, secret: secret, sessionToken: variable("AWS_SESSION_TOKEN")), "")
        }
        let home = environment["HOME"] ?? ""
        let path = environment["AWS_SHARED_CREDENTIALS_FILE"] ?? home + "/.aws/credentials"
        let name = profile ?? environment["AWS_PROFILE"] ?? "default"
        do throws(InputFileError) {
            let text = try InputFile.readText(path, maximumBytes: maximumBytes)
            let entries = entries(of: name, in: text)
            guard let id = entries["aws_access_key_id"], let secret = entries["aws_secret_access_key"] else {
                return (nil, "\(path) has no keys for the profile \(name)")
            }
            let token = entries["aws_session_token"].map { Secret($0) }
            return (AWSAccess.Keys(id: Secret(id), secret: Secret(secret), sessionToken: token), "")
        } catch {
            return (nil, "\(path): \(error)")
        }
    }

    /// The entries below `[name]`.
    static func entries(of name: String, in text: String) -> [String: String] {
        var entries: [String: String] = [:]
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            if line.hasPrefix("["), line.hasSuffix("]") {
                isInside = trimmed(line.dropFirst().dropLast()) == name
            } else if isInside, !line.hasPrefix("#"), !line.hasPrefix(";"), let equals = line.firstIndex(of: "=") {
                entries[trimmed(line[..<equals]).lowercased()] = trimmed(line[line.index(after: equals)...])
            }
        }
        return entries.filter { !$0.value.isEmpty }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
