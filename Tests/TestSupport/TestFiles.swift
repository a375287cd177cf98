import CLinux

/// Files that tests make.
package enum TestFiles {
    /// Removes a directory with everything in it; links are removed, not followed.
    package static func remove(_ directory: String) { clinux_remove_tree(directory) }
}
