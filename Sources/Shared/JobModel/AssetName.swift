/// The names of assets, such as `reports/churn`.
///
/// An update of an asset is an event whose name is `asset:` and the asset's, whose key is the partition and whose data
/// are the metadata.
package enum AssetName {
    /// What the events begin with that tell of assets.
    package static let eventPrefix = "asset:"
    /// The longest name, in UTF-8 bytes.
    package static let maximumBytes = 190
    /// What a name looks like.
    package static let rule =
        "an asset's name has parts of letters, digits, _ - . or : between slashes, up to \(maximumBytes) in all"

    /// Whether an asset may be called so.
    package static func isName(_ name: String) -> Bool {
        (1...maximumBytes).contains(name.utf8.count) && NewEvent.isName(name)
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    /// The name of the events that tell of an asset.
    package static func event(of asset: String) -> String { eventPrefix + asset }

    /// The asset that an event tells of; nil when it tells of something else.
    package static func asset(of event: String) -> String? {
        guard event.utf8.starts(with: eventPrefix.utf8) else { return nil }
        let name = String(event.dropFirst(eventPrefix.count))
        return isName(name) ? name : nil
    }
}
