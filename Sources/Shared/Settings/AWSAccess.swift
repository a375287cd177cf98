package import JobModel

/// What requests to AWS are signed with.
package struct AWSAccess: Equatable, Sendable {
    /// The region, such as `eu-central-1`.
    package let region: String
    /// The id of the access key; nil when the connection has a key of Bedrock's own, which is sent as it is.
    package let keys: Keys?

    /// An access key.
    package struct Keys: Equatable, Sendable {
        package let id: Secret
        package let secret: Secret
        /// Of temporary keys; nil for others.
        package let sessionToken: Secret?

        package init(id: Secret, secret: Secret, sessionToken: Secret?) {
            self.id = id
            self.secret = secret
            self.sessionToken = sessionToken
        }
    }

    package init(region: String, keys: Keys?) {
        self.region = region
        self.keys = keys
    }
}
