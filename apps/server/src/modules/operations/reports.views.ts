import type { ActivityReport, ReportRoom, ReportSummary, ReportTotals } from '@watchparty/protocol';
import type { ReportRow, RoomActivityRow, SummaryRow } from './reports.repo.ts';

export const reportSummary = (row: SummaryRow): ReportSummary => ({
  id: row.id,
  from: row.from_day,
  to: row.to_day,
  createdAt: row.created_at.toISOString(),
  totals: row.totals as ReportTotals,
});

export const reportView = (row: ReportRow): ActivityReport => ({
  ...reportSummary(row),
  days: row.days as ActivityReport['days'],
  rooms: row.rooms as ActivityReport['rooms'],
});

export const reportRoom = (row: RoomActivityRow): ReportRoom => ({ ...row, lastActivityAt: row.lastActivityAt.toISOString() });
