import Foundation
import Glibc
import Synchronization

/// A terminal without a screen: what a program writes to it, byte by byte.
final class PseudoTerminal: Sendable {
  /// Of the program.
  let slave: Int32
  private let master: Int32
  private let written = Mutex<[UInt8]>([])

  /// `TIOCSPTLCK` and `TIOCGPTN`, on processors that Linux gives the common numbers.
  private static let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

  struct NoTerminal: Error { var code: Int32 }

  init(width: Int, height: Int) throws {
    // As `posix_openpt` and its relatives do, which Swift does not see.
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (locked, number): (Int32, UInt32) = (0, 0)
    guard master >= 0, ioctl(master, Self.unlock, &locked) == 0,
      ioctl(master, Self.getNumber, &number) == 0
    else { throw NoTerminal(code: errno) }
    slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard slave >= 0 else { throw NoTerminal(code: errno) }
    resize(width: width, height: height)
    Thread { [master, weak self] in
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case let count = read(master, &buffer, buffer.count), count > 0 {
        guard let self else { return }
        self.written.withLock { $0 += buffer.prefix(count) }
      }
    }.start()
  }

  deinit {
    close(slave)
    close(master)
  }

  /// As the program wrote it: the terminal makes a carriage return and a line feed of each line feed.
  var text: String {
    String(decoding: written.withLock { $0 }, as: UTF8.self).replacing("\r\n", with: "\n")
  }

  /// Tells nobody: a program that this is no controlling terminal of gets no signal.
  func resize(width: Int, height: Int) {
    var size = winsize(ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    precondition(ioctl(master, UInt(TIOCSWINSZ), &size) == 0)
  }

  /// Whether keys show.
  var echoes: Bool {
    var settings = termios()
    return tcgetattr(slave, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
  }
}
