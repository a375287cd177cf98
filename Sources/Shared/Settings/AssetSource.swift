/// A place that a scheduler looks at again and again: what arrives there brings an asset up to date.
package struct AssetSource: Equatable, Sendable {
    /// Where it looks.
    package enum Place: Equatable, Sendable {
        /// A directory, by its absolute path.
        case files(directory: String)
        /// What a bucket holds under a prefix.
        case objects(Bucket)
    }

    /// A bucket of an object store that speaks S3.
    package struct Bucket: Equatable, Sendable {
        /// The address of the store, without the bucket and without a slash at its end.
        package let endpoint: String
        package let name: String
        /// What the keys begin with; may be empty.
        package let prefix: String
        package let access: AWSAccess
    }

    /// The name, which its events bear as their source.
    package let name: String
    package let asset: String
    package let place: Place
    package let pattern: ArrivalPattern
    /// How far apart two looks are.
    package let interval: Duration
    /// The team that its updates belong to.
    package let team: String
}
