import JobModel
import Workflow

/// Reads the file of sources: where schedulers look for files and objects that bring assets up to date.
///
/// ```yaml
/// sources:
///   inbox: {asset: landing/orders, files: /data/inbox, match: "orders-{partition}.csv"}
///   lake:  {asset: landing/events, bucket: lake, prefix: events/, match: "**.parquet", region: eu-central-1, every: 5m}
/// ```
package enum AssetSourcesFile {
    /// The setting that the faults are reported under.
    static let setting = "asset-sources"
    private static let fileInterval = Duration.seconds(5)
    private static let bucketInterval = Duration.seconds(60)

    /// The sources in the file, by name.
    ///
    /// - Throws: All faults of the file at once, with line and column.
    package static func read(_ path: String, environment: [String: String]) throws(SettingsFaults) -> [AssetSource] {
        var reader = ConnectionReader(path: path, environment: environment, setting: setting)
        var sources: [AssetSource] = []
        for entry in try SettingsFile.entries(path, as: setting) {
            guard entry.key == "sources", let named = entry.value.entries else {
                reader.refuse(entry.keyPlace, "the file must hold the one key sources, a mapping of names")
                continue
            }
            for source in named {
                if let found = self.source(source, &reader) { sources.append(found) }
            }
        }
        guard reader.faults.isEmpty else { throw SettingsFaults(faults: reader.faults) }
        return sources.sorted { $0.name < $1.name }
    }

    private static func source(_ entry: SourceEntry, _ reader: inout ConnectionReader) -> AssetSource? {
        guard (1...63).contains(entry.key.utf8.count), NewEvent.isName(entry.key), !entry.key.contains("/") else {
            reader.refuse(entry.keyPlace, "a source's name has 1 to 63 letters, digits, _ - . or :")
            return nil
        }
        guard let entries = entry.value.entries else {
            reader.refuse(entry.keyPlace, "a source is a mapping with an asset and files or a bucket")
            return nil
        }
        let fields = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value) })
        let common = ["asset", "match", "every", "team"]
        reader.check(
            entries,
            common
                + (fields["bucket"] == nil
                    ? ["files"]
                    : ["bucket", "prefix", "endpoint", "region", "profile", "access_key_id", "secret_access_key"]
                        .flatMap { $0.contains("access_key") ? [$0, $0 + "_env", $0 + "_file"] : [$0] })
        )
        guard let asset = fields["asset"]?.scalarText, AssetName.isName(asset) else {
            reader.refuse(fields["asset"]?.place ?? entry.keyPlace, "asset is missing or no name: \(AssetName.rule)")
            return nil
        }
        let pattern: ArrivalPattern
        do throws(ArrivalPattern.Fault) {
            pattern = try ArrivalPattern(fields["match"]?.scalarText ?? "*")
        } catch {
            reader.refuse(fields["match"]?.place ?? entry.keyPlace, "\(error)")
            return nil
        }
        guard let place = place(of: fields, at: entry, &reader) else { return nil }
        let interval = reader.duration("every", of: fields)
        let isBucket = fields["bucket"] != nil
        return AssetSource(
            name: entry.key,
            asset: asset,
            place: place,
            pattern: pattern,
            interval: max(interval ?? (isBucket ? bucketInterval : fileInterval), .seconds(1)),
            team: fields["team"]?.scalarText ?? "default"
        )
    }

    private static func place(
        of fields: [String: SourceNode],
        at entry: SourceEntry,
        _ reader: inout ConnectionReader
    ) -> AssetSource.Place? {
        guard let bucket = fields["bucket"]?.scalarText else {
            guard let directory = fields["files"]?.scalarText, directory.hasPrefix("/"), !directory.utf8.contains(0)
            else {
                reader.refuse(
                    fields["files"]?.place ?? entry.keyPlace,
                    "files must be the absolute path of a directory"
                )
                return nil
            }
            return .files(directory: directory)
        }
        guard (3...63).contains(bucket.utf8.count), bucket.utf8.allSatisfy(isBucketLetter) else {
            reader.refuse(entry.keyPlace, "a bucket's name has 3 to 63 of a to z, 0 to 9, . and -")
            return nil
        }
        guard let access = reader.aws(of: fields, bearer: .never, at: entry) else { return nil }
        let endpoint = fields["endpoint"]?.scalarText ?? "https://s3.\(access.region).amazonaws.com"
        guard endpoint.hasPrefix("https://") || endpoint.hasPrefix("http://") else {
            reader.refuse(entry.keyPlace, "endpoint must begin with http:// or https://")
            return nil
        }
        return .objects(
            AssetSource.Bucket(
                endpoint: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint,
                name: bucket,
                prefix: fields["prefix"]?.scalarText ?? "",
                access: access
            )
        )
    }

    private static func isBucketLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: ".-".utf8.contains(byte)
        }
    }
}
