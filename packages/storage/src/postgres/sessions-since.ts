/**
 * In SQL: since when sessions of the server may be there. Where one of its processes crashes, a server ends all sessions and goes on
 * without having been started anew; then it begins its statistics anew, which everybody may read.
 */
export const SESSIONS_SINCE: string =
  'greatest(pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_bgwriter))';
