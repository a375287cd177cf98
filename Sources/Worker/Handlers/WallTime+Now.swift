import CLinux
import Checkpoints

extension WallTime {
    /// What this host's clock says now.
    static var now: WallTime { WallTime(microseconds: clinux_wall_us()) }
}
