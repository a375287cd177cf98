/// An artifact that is in the store, with its length.
package struct StoredArtifact: Hashable, Sendable {
    /// Which one it is.
    package let artifact: Artifact
    /// The length, in bytes.
    package let byteCount: Int

    /// An artifact of a length.
    package init(artifact: Artifact, byteCount: Int) {
        self.artifact = artifact
        self.byteCount = byteCount
    }
}
