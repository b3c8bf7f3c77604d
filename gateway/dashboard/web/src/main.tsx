import { render } from 'preact';
import { Ahead } from './ahead.tsx';
import { startAhead } from './ahead-state.ts';
import { Attention } from './attention.tsx';
import { Banners } from './banner.tsx';
import { DayPanel } from './day-panel.tsx';
import { Demands } from './demand.tsx';
import { startDocuments } from './document-state.ts';
import { Documents } from './documents.tsx';
import { Header } from './header.tsx';
import { startLive } from './live.ts';
import { Meters } from './meters.tsx';
import { Reports } from './reports.tsx';
import { lost, status, texts } from './state.ts';
import { Patterns } from './swatch.tsx';
import './styles/base.css';
import './styles/header.css';
import './styles/day.css';
import './styles/demand.css';
import './styles/bars.css';
import './styles/hour.css';
import './styles/meters.css';
import './styles/ahead.css';
import './styles/attention.css';
import './styles/documents.css';
import './styles/reports.css';
import './styles/narrow.css';
import './styles/print.css';

function Page() {
  const t = texts.value;
  const now = status.value;
  return (
    <div class="page" data-lost={lost.value}>
      <Patterns />
      <Header />
      <Banners />
      <main>
        <Demands />
        <DayPanel />
        <Attention />
        <Ahead />
        <Meters />
        <Reports />
        <Documents />
      </main>
      <footer>
        <p class="purpose">{t.footer}</p>
        {now ? (
          <p>
            hakaru {now.gateway.version} · {t.gateway} {now.site.id}/{now.gateway.id}
          </p>
        ) : null}
      </footer>
    </div>
  );
}

const root = document.getElementById('page');
if (root) {
  render(<Page />, root);
  startLive();
  startAhead();
  startDocuments();
}
