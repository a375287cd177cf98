import JobModel
import Settings

/// One answer of an object store to a question for its objects.
///
/// Only the few elements are read that are needed; their texts hold no elements.
struct BucketPage: Equatable {
    private(set) var objects: [ListedObject] = []
    /// With what the next page is asked for; nil when this is the last.
    let next: String?

    /// - Throws: `AssetSourceError.notUnderstood`.
    init(_ text: String, bucket: AssetSource.Bucket) throws(AssetSourceError) {
        guard text.contains("<ListBucketResult") else { throw .notUnderstood }
        for part in text.components(between: "<Contents>", and: "</Contents>") {
            guard let key = Self.element("Key", in: part), let mark = Self.element("ETag", in: part),
                let size = Self.element("Size", in: part).flatMap({ Int64($0) })
            else { throw .notUnderstood }
            let name = Self.decoded(key)
            let time = Self.element("LastModified", in: part)
            let modified = time.flatMap(RFC3339.microseconds).map { $0 / 1_000_000 }
            // Directories are shown as empty objects by some.
            guard !name.hasSuffix("/"), name.utf8.starts(with: bucket.prefix.utf8) else { continue }
            objects.append(
                ListedObject(
                    name: String(decoding: name.utf8.dropFirst(bucket.prefix.utf8.count), as: UTF8.self),
                    path: "\(bucket.endpoint)/\(bucket.name)/\(name)",
                    mark: "\(mark) \(time ?? "")",
                    bytes: size,
                    modifiedAt: modified
                )
            )
        }
        let isCut = Self.element("IsTruncated", in: text) == "true"
        next = isCut ? Self.element("NextContinuationToken", in: text) : nil
        if isCut, next == nil { throw .notUnderstood }
    }

    /// Why the store refused.
    static func reason(in text: String) -> String {
        let words = ["Code", "Message"].compactMap { element($0, in: text) }
        return words.isEmpty ? "no reason" : words.joined(separator: ": ")
    }

    private static func element(_ name: String, in text: some StringProtocol) -> String? {
        text.components(between: "<\(name)>", and: "</\(name)>").first.map { unescaped(String($0)) }
    }

    private static func unescaped(_ text: String) -> String {
        guard text.contains("&") else { return text }
        return [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&#39;", "'"),
            ("&amp;", "&"),
        ]
        .reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    /// A key as it is: it comes encoded for addresses, so that XML can hold any.
    private static func decoded(_ key: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(key.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StringProtocol {
    /// The texts between each pair of marks, in order.
    fileprivate func components(between start: String, and end: String) -> [SubSequence] {
        var found: [SubSequence] = []
        var rest = self[...]
        while let opening = rest.firstRange(of: start), let closing = rest[opening.upperBound...].firstRange(of: end) {
            found.append(rest[opening.upperBound..<closing.lowerBound])
            rest = rest[closing.upperBound...]
        }
        return found
    }
}
